import { ExecutionError, errorText, isEngineFailure, isMemoryFailure } from '../errors.ts'
import { requireDepth } from '../state/depth.ts'
import { clockNow, createRecord, elapsedSince, type Scope } from '../state/record.ts'
import type { ResolvedInput } from './context.ts'
import { endRun, finishStep, restoreStep } from './finish.ts'
import type { PlannedActing, Run } from './planned.ts'

/** Waits before the second, third and fourth attempt. */
const RETRY_DELAYS_MS = [4_000, 8_000, 16_000]

/** The result of a step with possible side effects that did not fail. */
export interface StepResult {
  /** JSON text of its output. */
  outputText: string | undefined
  effect: 'CONTINUE' | 'STOP' | 'PAUSE'
}

export interface ActingStep {
  /** Whether it may have side effects, so that all earlier results must be on disk first. */
  actsOutside: boolean
  resolve(): Promise<ResolvedInput>
  act(input: ResolvedInput, resumes: boolean): Promise<StepResult>
}

/** Runs a CODE or PIECE step: replay, write-ahead barrier, attempts, and its end. */
export async function executeActing(run: Run, step: PlannedActing, scope: Scope, acting: ActingStep): Promise<void> {
  const earlier = run.journal.find(scope, step.name)
  const paused = earlier?.status === 'PAUSED'
  // Without a payload the run was not resumed: it was canceled while it waited, and is tried again.
  const resumes = paused && run.operation.resumePayload !== null
  if (earlier !== undefined && !paused && !isTriedAgain(run, step, earlier.status)) {
    const record = restoreStep(run, step.name, earlier, scope)
    if (record.status === 'FAILED' && !step.continueOnFailure) endRun(run, 'FAILED', record)
    return
  }
  if (paused && run.operation.executionType === 'BEGIN') {
    throw new ExecutionError(
      'EngineGenericError',
      `The run is paused at ${step.name}: it can be resumed, but not begun`,
    )
  }
  const flushed = acting.actsOutside ? run.journal.flush() : undefined
  flushed?.catch(() => undefined)

  const record = createRecord(step.name, step.type, 'FAILED')
  const startedAt = clockNow()
  let failure: { error: unknown } | undefined
  let effect: StepResult['effect'] = 'CONTINUE'
  for (const wait of attemptsOf(run, step)) {
    if (wait > 0) await run.engine.sleep(wait)
    failure = undefined
    try {
      const input = await acting.resolve()
      record.inputText = input.logged
      await flushed
      const result = await acting.act(input, resumes)
      record.outputText =
        result.outputText === undefined ? undefined : requireDepth(result.outputText, 'The output of the step')
      effect = result.effect
      break
    } catch (error) {
      if (isEngineFailure(error)) throw error
      failure = { error }
      if (isMemoryFailure(error)) break
    }
  }
  // When the barrier fails the run ends: a further side effect could not be recorded.
  await flushed
  record.duration = elapsedSince(startedAt)
  if (failure !== undefined) record.error = errorText(failure.error, run.secrets.mask)
  else record.status = effect === 'PAUSE' ? 'PAUSED' : 'SUCCEEDED'
  finishStep(run, record, scope)
  if (run.state !== 'RUNNING') return
  if (isMemoryFailure(failure?.error)) endRun(run, 'MEMORY_LIMIT_EXCEEDED', record)
  else if (failure !== undefined && !continues(run, step)) endRun(run, 'FAILED', record)
  else if (effect === 'STOP') endRun(run, 'STOPPED', record)
  else if (effect === 'PAUSE') endRun(run, 'PAUSED', record)
}

/**
 * A retry from the failed step is a RESUME without payload: it runs the failed step again. All other recorded results
 * stay, also a failure that was not reported because of a crash.
 */
function isTriedAgain(run: Run, step: PlannedActing, status: string): boolean {
  if (status === 'SUCCEEDED') return false
  if (status !== 'FAILED') return true
  const isRetry = run.operation.executionType === 'RESUME' && run.operation.resumePayload === null
  return isRetry && !step.continueOnFailure
}

const attemptsOf = (run: Run, step: PlannedActing): number[] =>
  step.retry && run.operation.test === null ? [0, ...RETRY_DELAYS_MS] : [0]

const continues = (run: Run, step: PlannedActing): boolean => step.continueOnFailure && run.operation.test === null
