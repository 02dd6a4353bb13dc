import type { EngineResult, JournalEntry } from '@piecework/engine/protocol'
import { assembleLog } from '@piecework/model/run/log'
import type { FlowRunStatus } from '@piecework/model/run/status'
import type { StepOutput } from '@piecework/model/run/step-output'
import type { TaskOutcome } from '@piecework/worker/task'
import type { RunOutcome } from '../../../events/runs.ts'
import { endLoops, eventOfLog, lacksEvent, logOfJournal, NO_EVENT } from '../recording/journal.ts'
import type { Attempt } from './attempt.ts'
import { type StepInFlight, stepInFlight } from './step-in-flight.ts'

/** @returns the end that the engine reports, or the status and the message of an end that it does not describe. */
export function endOfResult(
  result: EngineResult,
  { executeTrigger, version: { version } }: Attempt,
): RunOutcome | { status: FlowRunStatus; message: string } {
  if (result.type === 'EXECUTE_FLOW') {
    return {
      status: result.status,
      finishTime: result.status === 'PAUSED' ? null : new Date(),
      failedStep:
        result.failedStep ?? (result.error === undefined ? null : { name: '', displayName: '', message: result.error }),
      tags: result.tags,
      stepsCount: result.stepsCount,
      log: result.log,
      keepsPayload: executeTrigger && result.failedStep?.name === version.trigger.name,
    }
  }
  return { status: 'INTERNAL_ERROR', message: result.type === 'FAILED' ? result.error : `unexpected ${result.type}` }
}

/** @returns the end of an attempt that its worker stopped, or whose engine broke. */
export function endOfStopped(
  outcome: Extract<TaskOutcome, { kind: 'TIMEOUT' | 'MEMORY_LIMIT_EXCEEDED' | 'CRASHED' }>,
  limits: { flowTimeoutMs: number; memoryLimitKb: number },
): { status: FlowRunStatus; message: string } {
  if (outcome.kind === 'TIMEOUT')
    return {
      status: 'TIMEOUT',
      message: `The run did not finish within ${limits.flowTimeoutMs / 1000} seconds (AP_FLOW_TIMEOUT_SECONDS) and was stopped.`,
    }
  if (outcome.kind === 'MEMORY_LIMIT_EXCEEDED')
    return {
      status: 'MEMORY_LIMIT_EXCEEDED',
      message: `The run needed more than ${Math.round(limits.memoryLimitKb / 1024)} MB of memory (AP_SANDBOX_MEMORY_LIMIT) and was stopped.`,
    }
  return { status: 'INTERNAL_ERROR', message: outcome.message }
}

/**
 * The end of an attempt whose engine died with its state.
 * @param entries what the journal still has of the run
 */
export function endOfLostEngine(
  attempt: Attempt,
  entries: readonly JournalEntry[],
  { status, message }: { status: FlowRunStatus; message: string },
): { run: RunOutcome; slices: JournalEntry[] } {
  const { trigger } = attempt.version.version
  const { name, type } = trigger
  const { event, slices } = attempt.executeTrigger ? NO_EVENT : eventOfLog(attempt.payload, entries, name)
  const beginning = { name, type, event, tags: attempt.tags }
  const known = logOfJournal(entries, beginning)
  const keepsPayload = lacksEvent(entries, attempt.executeTrigger, name)
  const inFlight = keepsPayload
    ? { step: trigger, path: [] }
    : stepInFlight(trigger.nextAction, known.executionState.steps)
  const failed = inFlight?.step
  const runLog = inFlight ? logOfJournal([...entries, failureOf(inFlight, message)], beginning) : known
  endLoops(runLog.executionState.steps)
  return {
    slices,
    run: {
      status,
      finishTime: new Date(),
      failedStep: failed ? { name: failed.name, displayName: failed.displayName, message } : null,
      tags: attempt.tags,
      stepsCount: entries.length,
      log: JSON.stringify(runLog),
      keepsPayload,
    },
  }
}

/** The end of a run whose trigger failed before any worker was asked. */
export function endOfFailedTrigger(attempt: Attempt, message: string): RunOutcome {
  const { name, displayName, type } = attempt.version.version.trigger
  const step: StepOutput = { type, status: 'FAILED', input: {}, errorMessage: message }
  return {
    status: 'FAILED',
    finishTime: new Date(),
    failedStep: { name, displayName, message },
    tags: attempt.tags,
    stepsCount: 0,
    log: JSON.stringify(assembleLog([{ stepName: name, path: [], output: step }], attempt.tags)),
    keepsPayload: attempt.executeTrigger,
  }
}

/** The end that a step did not come to itself. */
function failureOf(
  { step, path }: { step: { name: string; type: string }; path: StepInFlight['path'] },
  message: string,
): JournalEntry {
  const output: StepOutput = { type: step.type, status: 'FAILED', input: {}, errorMessage: message }
  return { sequence: 0, stepName: step.name, path, output: JSON.stringify(output) }
}
