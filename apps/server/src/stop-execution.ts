import type { Bus } from './bus/bus.ts'
import type { Apps } from './dispatch/apps.ts'
import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { OperationRelay } from './dispatch/relay.ts'
import type { RunRecorder } from './features/runs/recording/recorder.ts'
import type { RunReplies } from './features/runs/replying/replies.ts'
import type { RunStarter } from './features/runs/starting/start.ts'
import type { Upkeep } from './features/upkeep/service.ts'
import type { Queue } from './queue/queue.ts'
import { waitAtMost } from './time-limit.ts'
import type { Workers } from './workers.ts'

/** The server does not wait longer for a database that is away: leases and journals make up for the missing writes. */
const LAST_WRITES_MS = 5000

/** The time to store the runs of callers who still wait at the end, and to answer them. */
const LAST_WORDS_MS = 2500

interface Parts {
  upkeep: Upkeep
  dispatcher: Dispatcher
  workers: Workers
  recorder: RunRecorder
  queue: Queue
  apps: Apps
  bus: Bus
  replies: Pick<RunReplies, 'dismiss'>
  relay: Pick<OperationRelay, 'stop'>
  starter: Pick<RunStarter, 'kept'>
  missed: { stop(): Promise<void> }
}

/**
 * Refuses what has not begun, or gives it to others, at once. Work that runs goes on, and so do callers whose runs
 * others may carry out.
 */
export async function retireExecution({
  dispatcher,
  apps,
  bus,
  replies,
}: Pick<Parts, 'dispatcher' | 'apps' | 'bus' | 'replies'>): Promise<void> {
  await dispatcher.retire()
  if (apps.alone) replies.dismiss((id) => !dispatcher.isActive(id))
  else bus.publish('JOBS_ADDED', {})
}

/** Gives the work that goes on the time to end; the next start takes up the rest. */
export async function stopExecution(
  { upkeep, dispatcher, workers, recorder, queue, apps, bus, replies, relay, starter, missed }: Parts,
  graceMs: number,
): Promise<void> {
  const lastWrites = async () => {
    await recorder.flush()
    if ((await queue.releaseOwned({ owner: bus.appId })) > 0) bus.publish('JOBS_ADDED', {})
    await apps.stop()
  }
  await waitAtMost(upkeep.stop(), LAST_WRITES_MS)
  await dispatcher.stop(graceMs)
  // Callers who still wait hear that their run goes on, once it is stored.
  replies.dismiss(() => true)
  relay.stop()
  await waitAtMost(Promise.all([starter.kept(), missed.stop()]), LAST_WORDS_MS)
  await workers.stop()
  await waitAtMost(lastWrites(), LAST_WRITES_MS)
  await queue.close()
  await bus.flush()
}
