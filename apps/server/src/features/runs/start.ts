import type { Dispatcher } from '../../dispatch/dispatcher.ts'
import type { Lane } from '../../dispatch/lane.ts'
import type { Placements, Quota } from '../../dispatch/placements.ts'
import type { WorkItem } from '../../dispatch/work.ts'
import type { Attempt, RunExecutor } from './execute.ts'
import type { NewRun } from './new-run.ts'
import type { RunPayloads } from './payloads.ts'
import type { RunRecorder } from './recorder.ts'
import { NO_CALLER, type Reply, type RunReplies } from './replies.ts'
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
  /** Stores a run that is over before it began, because its trigger failed: so that somebody sees it. */
  fail(run: NewRun, platformId: string, version: LoadedVersion, message: string): Promise<void>
  /**
   * Starts a run for a caller who waits, who is its witness: it is recorded behind its execution. Where it cannot
   * be started here, it goes through the queue ahead of what nobody waits for, and is answered from elsewhere.
   * @throws AppError SANDBOX_CAPACITY_EXCEEDED
   */
  startAndWait(run: NewRun, platformId: string, version: LoadedVersion, timeoutMs: number): Promise<Reply>
}

interface Parts {
  recorder: RunRecorder
  dispatcher: Pick<Dispatcher, 'lane'>
  executor: RunExecutor
  replies: RunReplies
  placements: Placements
  payloads: Pick<RunPayloads, 'store'>
  /** No other app starts runs, so that what runs here is all that runs. */
  alone(): boolean
  /** A job was stored: somebody with a free slot shall take it. */
  wake(jobs: { projectId: string; priority: number }): void
}

export function createRunStarter(parts: Parts): RunStarter {
  const { recorder, dispatcher, executor, replies, placements, payloads } = parts

  const attemptOf = (run: NewRun, platformId: string, version: LoadedVersion): Attempt => ({
    runId: run.id,
    attempt: 1,
    projectId: run.projectId,
    platformId,
    flowId: run.flowId,
    version,
    facts: run,
    startTime: run.created,
    executionType: 'BEGIN',
    executeTrigger: run.executeTrigger,
    payload: run.payload,
    payloadFileId: run.payloadFileId,
    resumePayload: null,
    journal: [],
    tags: [],
    test: null,
    caller: NO_CALLER,
  })

  /** The first attempt at a run, made from what is in memory. */
  const firstAttempt = (
    run: NewRun,
    platformId: string,
    version: LoadedVersion,
    quota: Quota | null,
    onStart: () => void = () => {},
  ): WorkItem => ({
    id: run.id,
    projectId: run.projectId,
    priority: run.priority,
    leased: true,
    bucket: quota?.bucket ?? null,
    ...(quota ? { cap: quota.cap } : {}),
    bytes: run.payload.length,
    start: (link) => {
      onStart()
      return executor.start(attemptOf(run, platformId, version), link)
    },
  })

  /** What limits the run, and the lane in which it may go straight to a slot of this app: its limit must be known here for sure. */
  const place = async (run: NewRun): Promise<{ quota: Quota | null; lane: Lane | undefined }> => {
    const placement = await placements.of(run.projectId)
    const quota = run.environment === 'PRODUCTION' ? placement.quota : null
    const lane = dispatcher.lane(placement.group)
    return { quota, lane: lane?.hasWorkers && (quota === null || parts.alone()) ? lane : undefined }
  }

  return {
    async start(accepted, platformId, version) {
      const run = await payloads.store(accepted)
      const { quota, lane } = await place(run)
      const reserved = run.stepNameToTest === null && lane?.reserve(quota) ? lane : undefined
      try {
        await recorder.accept(run, { claimed: reserved !== undefined })
      } catch (error) {
        reserved?.unreserve(quota)
        throw error
      }
      if (reserved) reserved.submitReserved(firstAttempt(run, platformId, version, quota))
      else parts.wake(run)
    },
    async enqueue(run) {
      await recorder.accept(await payloads.store(run), { claimed: false })
      parts.wake(run)
    },
    fail(run, platformId, version, message) {
      recorder.acceptBehind(run)
      return executor.fail(attemptOf(run, platformId, version), message)
    },
    async startAndWait(unaddressed, platformId, version, timeoutMs) {
      const run = { ...unaddressed, replyTo: replies.address(timeoutMs) }
      const { quota, lane } = await place(run)
      const reply = replies.expect(run.id, timeoutMs)
      try {
        // Recorded from its start on: while it only waits, its caller is all that knows of it.
        if (lane) lane.submit(firstAttempt(run, platformId, version, quota, () => recorder.acceptBehind(run)))
        else {
          await recorder.accept(await payloads.store(run), { claimed: false })
          parts.wake(run)
        }
      } catch (error) {
        replies.finished(run.id, 'INTERNAL_ERROR')
        throw error
      }
      return reply
    },
  }
}
