import type { StepOutput } from '@piecework/model/run/step-output'
import { errorText, MemoryLimitError } from '../errors.ts'
import { createRecord, type Scope, type StepRecord } from '../state/record.ts'
import type { Run } from './planned.ts'

/** Ends steps: the only place where records enter the state, the size of the log and the journal. */

/**
 * Adds a finished step to the run. A step that makes the log too large fails, and the run with it.
 * @param matters whether the next acting step must wait until the end of this one is on disk
 */
export function finishStep(run: Run, record: StepRecord, scope: Scope, matters = true): void {
  scope.steps.set(record.name, record)
  if (!run.logSize.add(record)) {
    record.outputText = undefined
    record.parsed = undefined
    record.outputBytes = 0
    record.status = 'FAILED'
    record.error = `Flow run data size exceeded the maximum allowed size of ${run.logSize.limitMb} MB`
    endRun(run, 'LOG_SIZE_EXCEEDED', record)
  }
  run.journal.write(record, scope, matters)
}

/** Ends the run at a step. */
export function endRun(run: Run, state: Exclude<Run['state'], 'RUNNING'>, record: StepRecord): void {
  run.state = state
  if (state === 'STOPPED' || state === 'PAUSED') return
  const displayName = run.plan.steps.get(record.name)?.displayName ?? run.plan.trigger.displayName
  run.failedStep = {
    name: record.name,
    displayName,
    ...(record.error === undefined ? {} : { message: record.error }),
  }
}

/**
 * Restores the result of a step that an earlier attempt recorded. It is not journalled again, unless it is too large
 * for the log.
 */
export function restoreStep(run: Run, name: string, output: StepOutput, scope: Scope): StepRecord {
  const record = createRecord(name, output.type, output.status)
  record.inputText = JSON.stringify(output.input ?? {})
  if (output.sealed !== undefined) record.outputText = run.masking.open(output.sealed)
  else if (output.output !== undefined) {
    record.outputText = JSON.stringify(output.output)
    record.parsed = { value: output.output }
  }
  record.slice = output.outputSlice
  record.startedAt = output.startedAt
  record.duration = output.duration
  record.error = output.errorMessage === undefined ? undefined : String(output.errorMessage)
  scope.steps.set(name, record)
  run.logSize.add(record)
  // A large output that was restored is moved out of the log again.
  const isLarge = record.outputBytes > run.engine.config.limits.sliceThresholdKb * 1024
  if (isLarge && record.slice === undefined) run.journal.write(record, scope, false)
  return record
}

/** Ends the run at a step that failed before it ran. */
export function failStep(run: Run, record: StepRecord, scope: Scope, error: unknown): void {
  record.status = 'FAILED'
  record.error = errorText(error, run.secrets.mask)
  finishStep(run, record, scope)
  if (run.state === 'RUNNING')
    endRun(run, error instanceof MemoryLimitError ? 'MEMORY_LIMIT_EXCEEDED' : 'FAILED', record)
}
