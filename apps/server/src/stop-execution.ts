import type { Bus } from './bus/bus.ts'
import type { Apps } from './dispatch/apps.ts'
import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { OperationRelay } from './dispatch/relay.ts'
import type { RunRecorder } from './features/runs/recording/recorder.ts'
import type { RunReplies } from './features/runs/replying/replies.ts'
import type { RunStarter } from './features/runs/starting/start.ts'
import type { Upkeep } from './features/upkeep/service.ts'
import { atMost } from './patience.ts'
import type { Queue } from './queue/queue.ts'
import type { Workers } from './workers.ts'

/** A database that is away at the end is not waited for: leases and journals stand for what it was not told. */
const LAST_WRITES_MS = 5000

/** What callers who still wait at the end are told may take so long. */
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

/** Lets what runs come to its end for so long; the rest is taken up at the next start. */
export async function stopExecution(
  { upkeep, dispatcher, workers, recorder, queue, apps, bus, replies, relay, starter, missed }: Parts,
  graceMs: number,
): Promise<void> {
  const lastWrites = async () => {
    await recorder.flush()
    if ((await queue.releaseOwned({ owner: bus.appId })) > 0) bus.publish('JOBS_ADDED', {})
    await apps.stop()
  }
  await atMost(upkeep.stop(), LAST_WRITES_MS)
  await dispatcher.stop(graceMs)
  // Who still waits is told that the run goes on, once it is stored.
  replies.dismiss(() => true)
  relay.stop()
  await atMost(Promise.all([starter.kept(), missed.stop()]), LAST_WORDS_MS)
  await workers.stop()
  await atMost(lastWrites(), LAST_WRITES_MS)
  await queue.close()
  await bus.flush()
}
