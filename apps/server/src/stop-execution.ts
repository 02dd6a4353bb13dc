import type { Bus } from './bus/bus.ts'
import type { Apps } from './dispatch/apps.ts'
import type { Dispatcher } from './dispatch/dispatcher.ts'
import type { RunRecorder } from './features/runs/recorder.ts'
import type { Upkeep } from './features/upkeep/service.ts'
import { atMost } from './patience.ts'
import type { Queue } from './queue/queue.ts'
import type { Workers } from './workers.ts'

/** A database that is away at the end is not waited for: leases and journals stand for what it was not told. */
const LAST_WRITES_MS = 5000

interface Parts {
  upkeep: Upkeep
  dispatcher: Dispatcher
  workers: Workers
  recorder: RunRecorder
  queue: Queue
  apps: Apps
  bus: Bus
}

/** Lets what runs come to its end for so long; the rest is taken up at the next start. */
export async function stopExecution(
  { upkeep, dispatcher, workers, recorder, queue, apps, bus }: Parts,
  graceMs: number,
): Promise<void> {
  const lastWrites = async () => {
    await recorder.flush()
    if ((await queue.releaseOwned({ owner: bus.appId })) > 0) bus.publish('JOBS_ADDED', {})
    await apps.stop()
  }
  await atMost(upkeep.stop(), LAST_WRITES_MS)
  await dispatcher.stop(graceMs)
  await workers.stop()
  await atMost(lastWrites(), LAST_WRITES_MS)
  await queue.close()
  await bus.flush()
}
