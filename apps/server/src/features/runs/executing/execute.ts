import type { EngineResponse, EngineResult, JournalEntry } from '@piecework/engine/protocol'
import { assembleLog } from '@piecework/model/run/log'
import type { FlowRunStatus } from '@piecework/model/run/status'
import type { StepOutput } from '@piecework/model/run/step-output'
import type { Task, TaskOutcome } from '@piecework/worker/task'
import type { Logger } from 'pino'
import { valueOfJson } from '../../../calls/json-text.ts'
import type { Running, WorkerLink } from '../../../dispatch/work.ts'
import type { RunEnd, RunFacts, RunOutcome, StepProgress } from '../../../events/runs.ts'
import type { AttemptObserver, RunObserver } from '../../../observability/observer.ts'
import type { LoadedVersion } from '../../flows/version-source.ts'
import { StaleAttemptError } from '../outcome.ts'
import { endLoops, eventOfLog, lacksEvent, logOfJournal, NO_EVENT } from '../recording/journal.ts'
import type { RunRecorder } from '../recording/recorder.ts'
import { type Caller, NO_CALLER, type RunReplies, type RunReply } from '../replying/replies.ts'
import { type StepInFlight, stepInFlight } from './step-in-flight.ts'

/** One attempt at a run, with everything that the engine needs. */
export interface Attempt {
  runId: string
  attempt: number
  projectId: string
  platformId: string
  flowId: string
  version: LoadedVersion
  /** Of the run, and when its first attempt began. */
  facts: RunFacts
  startTime: Date | string | null
  executionType: 'BEGIN' | 'RESUME'
  executeTrigger: boolean
  payload: string
  /** Where the payload is stored until the attempt is over. */
  payloadFileId: string | null
  /** JSON text. */
  resumePayload: string | null
  /** Where that is stored until the attempt is over, when it is large. */
  resumeFileId: string | null
  journal: JournalEntry[]
  /** The same as it is stored, without the large outputs that were put elsewhere. */
  written: JournalEntry[]
  /** Of earlier stretches of the run. */
  tags: string[]
  test: { stepName: string; sampleData: Record<string, string> } | null
  /** Who waits for the answer at another app. */
  caller: Caller
}

/** What happens to runs, for live views, parents and audit. */
export interface RunListener {
  finished(end: RunEnd): Promise<void>
  progress(attempt: Attempt, progress: StepProgress): void
}

interface ExecutorParts {
  recorder: RunRecorder
  replies: RunReplies
  engineToken(projectId: string, platformId: string): Promise<string>
  /** With what the engine closes outputs that hold secrets. */
  sealKey(runId: string): string
  flowTimeoutMs: number
  memoryLimitKb: number
  /** Entries of a run's journal, when the engine died with its state. */
  readJournal(runId: string): Promise<JournalEntry[]>
  /** The worker was lost with the attempt, or could not begin it: the run is delivered again. */
  redeliver(runId: string, when: { afterMs: number; uncounted: boolean }): Promise<void>
  listener: RunListener
  observer: RunObserver
  log: Logger
}

/** Runs attempts on workers and records what comes of them. */
export interface RunExecutor {
  start(attempt: Attempt, link: WorkerLink): Running
  /** Records that the trigger of a run failed before any worker was asked. */
  fail(attempt: Attempt, message: string): Promise<void>
}

export function createRunExecutor(parts: ExecutorParts): RunExecutor {
  const { recorder, replies, log } = parts

  const task = async (attempt: Attempt): Promise<Task> => ({
    operation: {
      type: 'EXECUTE_FLOW',
      projectId: attempt.projectId,
      platformId: attempt.platformId,
      engineToken: await parts.engineToken(attempt.projectId, attempt.platformId),
      sealKey: parts.sealKey(attempt.runId),
      flowRunId: attempt.runId,
      flowId: attempt.flowId,
      executionType: attempt.executionType,
      triggerPayload: attempt.payload,
      executeTrigger: attempt.executeTrigger,
      resumePayload: attempt.resumePayload,
      journal: attempt.journal,
      tags: attempt.tags,
      test: attempt.test,
      callerWaits: replies.isExpected(attempt.runId, attempt.caller),
    },
    version: attempt.version.ref,
    timeoutMs: parts.flowTimeoutMs,
    mayWait: true,
  })

  /** A message can be missed: a caller at another app also finds the reply in the database. */
  const keepReply = async ({ runId, caller }: Attempt, reply: RunReply): Promise<void> => {
    const app = replies.elsewhere(runId, caller)
    if (app !== undefined) await recorder.reply({ runId, app, reply })
  }

  const respond = (attempt: Attempt, { body, ...answer }: EngineResponse): void => {
    const response = { ...answer, body: valueOfJson(body) }
    keepReply(attempt, { kind: 'RESPONSE', response }).catch((err: unknown) =>
      log.warn({ err, runId: attempt.runId }, 'the answer of a run could not be stored; its caller has the message'),
    )
    replies.respond(attempt.runId, response, attempt.caller)
  }

  /** Writes the end of the attempt, whatever it was. */
  const conclude = async (attempt: Attempt, outcome: TaskOutcome, seen: AttemptObserver): Promise<void> => {
    if (outcome.kind === 'CANCELED') return
    if (outcome.kind === 'LOST') {
      log.warn({ runId: attempt.runId }, 'the worker of a run was lost; the run is delivered again')
      return parts.redeliver(attempt.runId, { afterMs: 0, uncounted: false })
    }
    if (outcome.kind === 'GIVEN_BACK') {
      log.info({ runId: attempt.runId }, `a worker has given a run back: ${outcome.message}`)
      // Work that a worker could not begin says nothing against the run.
      return parts.redeliver(attempt.runId, { afterMs: outcome.retryAfterMs, uncounted: true })
    }
    const entries = outcome.kind === 'RESULT' ? outcome.message.entries.map(whole(attempt)) : []
    const response = outcome.kind === 'RESULT' ? outcome.message.response : null
    // The caller need not wait for the record of the run.
    if (response) respond(attempt, response)
    if (outcome.kind === 'RESULT' && outcome.message.result.type === 'EXECUTE_FLOW' && outcome.message.result.noEvent) {
      await keepReply(attempt, { kind: 'REFUSED' })
      replies.refused(attempt.runId, attempt.caller)
      await recorder.discard({ runId: attempt.runId, attempt: attempt.attempt })
      return
    }
    const ended = outcome.kind === 'RESULT' ? fromResult(outcome.message.result, attempt) : explain(outcome, parts)
    const { run, slices } = 'log' in ended ? { run: ended, slices: entries } : await endOfLostEngine(attempt, ended)
    if (run.status !== 'PAUSED') replies.finished(attempt.runId, run.status, response ? NO_CALLER : attempt.caller)
    const { runId, projectId } = attempt
    seen.steps(entries)
    seen.ended(run)
    await recorder.finish({
      runId,
      attempt: attempt.attempt,
      projectId,
      entries: slices,
      outcome: run,
    })
    await parts.listener.finished({ runId, projectId, outcome: run, attempt })
  }

  /** What the journal still knows of a run whose engine process died. */
  const endOfLostEngine = async (
    attempt: Attempt,
    { status, message }: { status: FlowRunStatus; message: string },
  ): Promise<{ run: RunOutcome; slices: JournalEntry[] }> => {
    await recorder.flush()
    const entries = [...attempt.written, ...(await parts.readJournal(attempt.runId))]
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

  const run = async (
    attempt: Attempt,
    link: WorkerLink,
    state: { canceled: boolean; cancel?: () => void; leave: () => void },
  ): Promise<void> => {
    const { runId, projectId } = attempt
    try {
      const seen = parts.observer.started(attempt)
      const running = link.execute(await task(attempt), {
        journal: (entries) => {
          seen.steps(entries)
          return recorder.journal({ runId, attempt: attempt.attempt, projectId, entries: entries.map(whole(attempt)) })
        },
        respond: (response) => respond(attempt, response),
        progress: (stepName, path, output) => parts.listener.progress(attempt, { stepName, path, output }),
      })
      state.cancel = running.cancel
      if (state.canceled) running.cancel()
      const outcome = await running.outcome
      state.leave()
      await conclude(attempt, outcome, seen)
    } catch (error) {
      state.leave()
      if (error instanceof StaleAttemptError) log.warn({ runId }, error.message)
      // The lease runs out and the run is delivered again.
      else log.error({ err: error, runId }, 'recording the end of a run failed')
    }
  }

  return {
    async fail(attempt, message) {
      const { name, displayName, type } = attempt.version.version.trigger
      const step: StepOutput = { type, status: 'FAILED', input: {}, errorMessage: message }
      const outcome: RunOutcome = {
        status: 'FAILED',
        finishTime: new Date(),
        failedStep: { name, displayName, message },
        tags: attempt.tags,
        stepsCount: 0,
        log: JSON.stringify(assembleLog([{ stepName: name, path: [], output: step }], attempt.tags)),
        keepsPayload: attempt.executeTrigger,
      }
      const { runId, projectId } = attempt
      parts.observer.started(attempt).ended(outcome)
      await recorder.finish({ runId, attempt: attempt.attempt, projectId, entries: [], outcome })
      await parts.listener.finished({ runId, projectId, outcome, attempt })
    },
    start(attempt, link) {
      const { promise: left, resolve: leave } = Promise.withResolvers<void>()
      const state: { canceled: boolean; cancel?: () => void; leave: () => void } = { canceled: false, leave }
      return {
        left,
        done: run(attempt, link, state),
        cancel: () => {
          state.canceled = true
          state.cancel?.()
        },
      }
    },
  }
}

function fromResult(
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

function explain(
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

/** What an engine leaves out of its entries, because it was sent to it. */
const whole =
  ({ payload }: Attempt) =>
  (entry: JournalEntry): JournalEntry =>
    entry.slice?.data === null ? { ...entry, slice: { ...entry.slice, data: payload } } : entry

/** The end that a step did not come to itself. */
function failureOf(
  { step, path }: { step: { name: string; type: string }; path: StepInFlight['path'] },
  message: string,
): JournalEntry {
  const output: StepOutput = { type: step.type, status: 'FAILED', input: {}, errorMessage: message }
  return { sequence: 0, stepName: step.name, path, output: JSON.stringify(output) }
}
