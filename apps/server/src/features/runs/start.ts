import type { Dispatcher, WorkItem } from '../../dispatch/dispatcher.ts'
import type { RunExecutor } from './execute.ts'
import type { NewRun } from './new-run.ts'
import type { RunRecorder } from './recorder.ts'
import type { Reply, RunReplies } from './replies.ts'
import type { LoadedVersion } from './versions.ts'

/** Starting runs: the one way in for webhooks, schedules, tests and retries. */
export interface RunStarter {
  /** Resolves when the run is on disk: from then on it will come to an end, whatever happens. */
  start(run: NewRun, platformId: string, version: LoadedVersion): Promise<void>
  /**
   * Stores a run whose id may be stored already, as it is when the work that makes it is delivered again: then
   * nothing happens.
   */
  enqueue(run: NewRun): Promise<void>
  /**
   * Starts a run for a caller who waits, who is its witness: it is recorded behind its execution.
   * @throws AppError SANDBOX_CAPACITY_EXCEEDED
   */
  startAndWait(run: NewRun, platformId: string, version: LoadedVersion, timeoutMs: number): Promise<Reply>
}

export function createRunStarter(parts: {
  recorder: RunRecorder
  dispatcher: Dispatcher
  executor: RunExecutor
  replies: RunReplies
}): RunStarter {
  const { recorder, dispatcher, executor, replies } = parts

  /** The first attempt at a run, made from what is in memory. */
  const firstAttempt = (
    run: NewRun,
    platformId: string,
    version: LoadedVersion,
    onStart: () => void = () => {},
  ): WorkItem => ({
    id: run.id,
    projectId: run.projectId,
    priority: run.priority,
    leased: true,
    start: (link) => {
      onStart()
      return executor.start(
        {
          runId: run.id,
          attempt: 1,
          projectId: run.projectId,
          platformId,
          flowId: run.flowId,
          version,
          executionType: 'BEGIN',
          executeTrigger: run.executeTrigger,
          payload: run.payload,
          resumePayload: null,
          journal: [],
          tags: [],
          test: null,
        },
        link,
      )
    },
  })

  return {
    async start(run, platformId, version) {
      const claimed = run.stepNameToTest === null && dispatcher.reserve()
      try {
        await recorder.accept(run, { claimed })
      } catch (error) {
        if (claimed) dispatcher.unreserve()
        throw error
      }
      if (claimed) dispatcher.submitReserved(firstAttempt(run, platformId, version))
      else dispatcher.wake()
    },
    async enqueue(run) {
      await recorder.accept(run, { claimed: false })
      dispatcher.wake()
    },
    startAndWait(run, platformId, version, timeoutMs) {
      const reply = replies.expect(run.id, timeoutMs)
      try {
        // Recorded from its start on: while it only waits, its caller is all that knows of it.
        dispatcher.submit(firstAttempt(run, platformId, version, () => recorder.acceptBehind(run)))
      } catch (error) {
        replies.finished(run.id, 'INTERNAL_ERROR')
        throw error
      }
      return reply
    },
  }
}
