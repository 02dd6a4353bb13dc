import type { JournalEntry } from '@piecework/engine/protocol'
import { type BackOff, delayOf } from '@piecework/model/back-off'
import type { Task, TaskOutcome } from '@piecework/worker/task'
import type { Logger } from 'pino'
import type { Running, WorkerLink } from '../../../dispatch/work.ts'
import type { RunEnd, StepProgress } from '../../../events/runs.ts'
import type { AttemptObserver, RunObserver } from '../../../observability/observer.ts'
import { StaleAttemptError } from '../outcome.ts'
import { stepsOfLog } from '../recording/journal.ts'
import type { RunRecorder } from '../recording/recorder.ts'
import { NO_CALLER, type RunReplies } from '../replying/replies.ts'
import { createAnswers } from './answers.ts'
import type { Attempt } from './attempt.ts'
import { endOfFailedTrigger, endOfLostEngine, endOfResult, endOfStopped } from './ends.ts'

/** Hears of the events of runs, for live views, parents and audit. */
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
  /** The engine was lost with the attempt, or the worker could not begin it: the run is delivered again. */
  redeliver(runId: string, when: { afterMs: number; uncounted: boolean }): Promise<void>
  /** Nobody knows what became of the attempt: the run is delivered again, in time. */
  lose(runId: string): Promise<void>
  listener: RunListener
  observer: RunObserver
  log: Logger
}

/** Who watches an attempt, and whether its result tells of steps for them. */
interface Seen {
  by: AttemptObserver
  tellsSteps: boolean
  /** A step has come to its end. */
  hasGoneOn: boolean
}

/** Engines that may die under a run before a step comes to its end; then the run is what ends them. */
const MAX_DEATHS = 5
/** After the second death of an engine; the first may be anybody's fault, and its caller may wait. */
const DEATHS: BackOff = { firstMs: 2000, longestMs: 60_000 }

/** Runs attempts on workers and records what comes of them. */
export interface RunExecutor {
  start(attempt: Attempt, link: WorkerLink): Running
  /** Records that the trigger of a run failed before any worker was asked. */
  fail(attempt: Attempt, message: string): Promise<void>
}

export function createRunExecutor(parts: ExecutorParts): RunExecutor {
  const { recorder, replies, log } = parts
  const { keepReply, respond } = createAnswers(parts)

  /** Writes the end of the attempt, whatever it was. */
  const conclude = async (attempt: Attempt, outcome: TaskOutcome, seen: Seen): Promise<void> => {
    if (outcome.kind === 'CANCELED') return
    if (outcome.kind === 'LOST') {
      log.warn({ runId: attempt.runId, reason: outcome.message }, 'the worker or the engine of a run was lost')
      if (!outcome.inFlight) return parts.lose(attempt.runId)
      return concludeDeath(attempt, outcome.message ?? 'The engine process ended', seen)
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
    const ended =
      outcome.kind === 'RESULT' ? endOfResult(outcome.message.result, attempt) : endOfStopped(outcome, parts)
    const { run, slices } =
      'log' in ended ? { run: ended, slices: entries } : endOfLostEngine(attempt, await journalled(attempt), ended)
    if (run.status !== 'PAUSED') replies.finished(attempt.runId, run.status, response ? NO_CALLER : attempt.caller)
    const { runId, projectId } = attempt
    const count = outcome.kind === 'RESULT' ? outcome.message.stepsEnded : 0
    // Who has begun to look meanwhile finds them in the log.
    const isLate = !seen.tellsSteps && parts.observer.wantsSteps(attempt)
    seen.by.steps(count, isLate ? stepsOfLog(run.log) : entries)
    seen.by.ended(run)
    await recorder.finish({
      runId,
      attempt: attempt.attempt,
      projectId,
      entries: slices,
      outcome: run,
    })
    await parts.listener.finished({ runId, projectId, outcome: run, attempt })
  }

  /** A run goes on in another engine, but not when it is what ends them. */
  const concludeDeath = (attempt: Attempt, how: string, seen: Seen): Promise<void> => {
    if (seen.hasGoneOn) return parts.redeliver(attempt.runId, { afterMs: 0, uncounted: true })
    const deaths = attempt.deaths + 1
    const afterMs = deaths === 1 ? 0 : delayOf(DEATHS, deaths - 1)
    if (deaths < MAX_DEATHS) return parts.redeliver(attempt.runId, { afterMs, uncounted: false })
    return conclude(attempt, { kind: 'CRASHED', message: givenUp(how, deaths) }, seen)
  }

  /** All that is on disk of a run whose engine died. */
  const journalled = async (attempt: Attempt): Promise<JournalEntry[]> => {
    await recorder.flush()
    return [...attempt.written, ...(await parts.readJournal(attempt.runId))]
  }

  const run = async (
    attempt: Attempt,
    link: WorkerLink,
    state: { canceled: boolean; cancel?: () => void; leave: () => void },
  ): Promise<void> => {
    const { runId, projectId } = attempt
    try {
      const seen: Seen = {
        by: parts.observer.started(attempt),
        tellsSteps: parts.observer.wantsSteps(attempt),
        hasGoneOn: false,
      }
      const running = link.execute(await taskOf(parts, attempt, seen.tellsSteps), {
        journal: (entries) => {
          seen.hasGoneOn ||= entries.length > 0
          seen.by.steps(entries.length, entries)
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
      const outcome = endOfFailedTrigger(attempt, message)
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

/** Puts the payload back into an entry: the engine leaves it out, because the server sent it. */
const whole =
  ({ payload }: Attempt) =>
  (entry: JournalEntry): JournalEntry =>
    entry.slice?.data === null ? { ...entry, slice: { ...entry.slice, data: payload } } : entry

const givenUp = (how: string, deaths: number): string =>
  `${how}. So it was in ${deaths} starts of the run in which no step came to its end, and the run was given up. Programs that end by themselves, or take more memory than the machine has, are ended like this.`

/** The attempt as the work of a worker. */
const taskOf = async (
  parts: Pick<ExecutorParts, 'engineToken' | 'sealKey' | 'replies' | 'flowTimeoutMs'>,
  attempt: Attempt,
  tellsSteps: boolean,
): Promise<Task> => ({
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
    callerWaits: parts.replies.isExpected(attempt.runId, attempt.caller),
    tellsSteps,
  },
  version: attempt.version.ref,
  timeoutMs: parts.flowTimeoutMs,
  mayWait: true,
})
