import { setImmediate } from 'node:timers/promises'
import { AppError } from '@piecework/model/errors'
import type { WaitingCaller } from '../../../calls/waiting-caller.ts'
import type { Dispatcher } from '../../../dispatch/dispatcher.ts'
import { type Lane, stoppingError } from '../../../dispatch/lane.ts'
import type { Placements, Quota } from '../../../dispatch/placements.ts'
import type { WorkItem } from '../../../dispatch/work.ts'
import { PRIORITY } from '../../../queue/job.ts'
import { withTimeout } from '../../../time-limit.ts'
import type { LoadedVersion } from '../../flows/version-source.ts'
import type { Attempt } from '../executing/attempt.ts'
import type { RunExecutor } from '../executing/execute.ts'
import type { NewRun } from '../new-run.ts'
import type { RunPayloads } from '../payloads.ts'
import type { RunRecorder } from '../recording/recorder.ts'
import { NO_CALLER, type Reply, type RunReplies } from '../replying/replies.ts'

/** Starting runs: the one way in for webhooks, schedules, tests and retries. */
export interface RunStarter {
  /**
   * Resolves when the run is on disk: from then on it will come to an end, whatever happens.
   * @returns whether it begins at once, and does not wait for a slot
   */
  start(run: NewRun, platformId: string, version: LoadedVersion): Promise<boolean>
  /**
   * Stores a run whose id may be stored already, as it is when the work that makes it is delivered again: then
   * nothing happens.
   */
  enqueue(run: NewRun): Promise<void>
  /** Stores a run that is over before it began, because its trigger failed: so that somebody sees it. */
  fail(run: NewRun, platformId: string, version: LoadedVersion, message: string): Promise<void>
  /**
   * Starts a run for a caller who waits, who is its witness: it is recorded behind its execution. Where it cannot
   * be started here, it goes through the queue ahead of what nobody waits for, and is answered from elsewhere. When
   * the caller waits no longer, the run goes on: it is on disk when this resolves, and goes behind the runs of callers
   * who still wait.
   * A caller who falls silent may have left, and may read on: its run is stored at once, and still answered.
   * @throws AppError SANDBOX_CAPACITY_EXCEEDED; SERVICE_UNAVAILABLE when the run has not begun and the server stops, or
   * when it cannot be stored.
   */
  startAndWait(
    run: NewRun,
    platformId: string,
    version: LoadedVersion,
    timeoutMs: number,
    caller?: WaitingCaller,
  ): Promise<Reply>
  /** Resolves when the runs that callers have left are on disk. */
  kept(): Promise<void>
}

interface Parts {
  recorder: RunRecorder
  dispatcher: Pick<Dispatcher, 'lane'>
  executor: RunExecutor
  replies: RunReplies
  placements: Placements
  payloads: Pick<RunPayloads, 'store' | 'remove'>
  /** No other app starts runs, so that what runs here is all that runs. */
  alone(): boolean
  /** The caller of a stored run has left: runs of callers who still wait go first. */
  letOthersPass(runId: string): Promise<void>
  /** A job was stored: somebody with a free slot shall take it. */
  wake(jobs: { projectId: string; priority: number }): void
}

/** How long a caller whose time is up waits for the word that the run is stored. */
const STORE_PATIENCE_MS = 2000

export function createRunStarter(parts: Parts): RunStarter {
  const { recorder, dispatcher, executor, replies, placements, payloads } = parts
  /** Runs that callers have left, on their way to the disk. */
  const keeping = new Set<Promise<void>>()

  /** @returns the limit on the run, and a lane when the run may go straight to a slot here because the limit is certain. */
  const place = async (run: NewRun): Promise<{ quota: Quota | null; lane: Lane | undefined }> => {
    const placement = await placements.of(run.projectId)
    const quota = run.environment === 'PRODUCTION' ? placement.quota : null
    const lane = dispatcher.lane(placement.group)
    return { quota, lane: lane?.hasWorkers && (quota === null || parts.alone()) ? lane : undefined }
  }

  /**
   * Puts a run that its caller may have left on disk; what has not begun waits in the queue from now on.
   * @param replyTo where the caller still waits, when it does.
   */
  const keep = async (
    run: NewRun,
    lane: Lane | undefined,
    item: WorkItem,
    replyTo: NewRun['replyTo'],
  ): Promise<void> => {
    // It is stored; only its turn is at stake.
    if (!lane) return parts.letOthersPass(run.id).catch(() => {})
    if (!lane.withdraw(item)) return recorder.stored(run.id)
    const left = { ...run, priority: PRIORITY.medium, replyTo }
    await recorder.accept(await payloads.store(left), { claimed: false })
    parts.wake(left)
  }

  const kept = (...left: Parameters<typeof keep>): Promise<void> => {
    const done = keep(...left)
    const settled = done
      .catch(() => {})
      .then(() => {
        keeping.delete(settled)
      })
    keeping.add(settled)
    return withTimeout(done, STORE_PATIENCE_MS, notStored)
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
      if (reserved) reserved.submitReserved(firstAttempt(executor, run, platformId, version, quota))
      else parts.wake(run)
      return reserved !== undefined
    },
    async enqueue(run) {
      await recorder.accept(await payloads.store(run), { claimed: false })
      parts.wake(run)
    },
    fail(run, platformId, version, message) {
      recorder.acceptBehind(run)
      return executor.fail(attemptOf(run, platformId, version), message)
    },
    async startAndWait(unaddressed, platformId, version, timeoutMs, caller) {
      // A large payload goes into its file first: in the record of the run it would hold up what others write.
      const run = await payloads.store({ ...unaddressed, replyTo: replies.address(timeoutMs) })
      const { quota, lane } = await place(run)
      const reply = replies.expect(run.id, timeoutMs, caller?.onGone)
      let isRefused = false
      // Recorded from its start on: while it only waits, its caller is all that knows of it.
      const item = firstAttempt(executor, run, platformId, version, quota, () => recorder.acceptBehind(run))
      item.refuse = () => {
        isRefused = true
        replies.dismiss((id) => id === run.id)
      }
      try {
        if (lane) lane.submit(item)
        else {
          await recorder.accept(run, { claimed: false })
          parts.wake(run)
        }
      } catch (error) {
        replies.finished(run.id, 'INTERNAL_ERROR')
        throw error
      }
      replies.watch(run.id)
      let silence: Promise<void> | undefined
      caller?.onSilence(() => {
        silence = kept(run, lane, item, run.replyTo)
        silence.catch(() => replies.dismiss((id) => id === run.id))
      })
      const answer = await reply
      if (isRefused) {
        await payloads.remove(run.projectId, run.payloadFileId).catch(() => {})
        throw stoppingError()
      }
      if (answer.kind === 'TIMEOUT' || answer.kind === 'STOPPED') await (silence ?? kept(run, lane, item, null))
      return answer
    },
    async kept() {
      // Those who were answered a moment ago come to it next.
      await setImmediate()
      await Promise.all(keeping)
    },
  }
}

const attemptOf = (run: NewRun, platformId: string, version: LoadedVersion): Attempt => ({
  runId: run.id,
  attempt: 1,
  deaths: 0,
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
  resumeFileId: null,
  journal: [],
  written: [],
  tags: [],
  test: null,
  caller: NO_CALLER,
})

/** The first attempt at a run, made from what is in memory. */
const firstAttempt = (
  executor: RunExecutor,
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

const notStored = () =>
  new AppError('SERVICE_UNAVAILABLE', {
    message: 'The flow has not answered in time, and its run could not be stored yet: it may be lost.',
  })
