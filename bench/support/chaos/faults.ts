import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../random.ts'
import type { OwnPostgres, OwnRedis } from '../services.ts'
import type { Part } from './cast.ts'

interface Victims {
  apps: readonly Part[]
  workers: readonly Part[]
  /** Absent in a single process. */
  postgres: OwnPostgres | undefined
  redis: OwnRedis | undefined
}

const LONGEST_PEACE_MS = 2500
/** Longer than the time that a worker may be silent, and than a lease lasts. */
const FREEZE_WORKER_MS = 28_000
const FREEZE_APP_MS = 36_000

/**
 * Injects faults at random until the time is over and everything is up again. @returns how often each fault happened.
 */
export async function injectFaults(
  { apps, workers, postgres, redis }: Victims,
  seconds: number,
  random: Random,
): Promise<Map<string, number>> {
  const busy = new Set<unknown>()
  const underWay = new Set<Promise<void>>()
  const counts = new Map<string, number>()

  const oneOf = (parts: readonly Part[]): Part | undefined => {
    const up = parts.filter((part) => part.isUp)
    return up[random.below(up.length)]
  }
  /** Injects one fault at a time into the same service. */
  const alone = (victim: object | undefined, harm: () => Promise<void>): Promise<void> | undefined => {
    if (!victim || busy.has(victim)) return undefined
    busy.add(victim)
    return harm().finally(() => busy.delete(victim))
  }

  const faults: [weight: number, fault: [name: string, act: () => Promise<void> | undefined]][] = [
    [18, ['apps killed', () => oneOf(apps)?.kill()]],
    [20, ['workers killed', () => oneOf(workers)?.kill()]],
    [20, ['sandboxes killed', () => (oneOf([...apps, ...workers])?.killSandbox() ? Promise.resolve() : undefined)]],
    [6, ['workers frozen', () => oneOf(workers)?.freeze(FREEZE_WORKER_MS)]],
    [3, ['apps frozen', () => (workers.length > 0 ? oneOf(apps)?.freeze(FREEZE_APP_MS) : undefined)]],
    [10, ['times Redis was wiped', () => redis?.wipe()]],
    [8, ['times Redis was killed', () => alone(redis, async () => redis?.restart())]],
    [5, ['immediate restarts of PostgreSQL', () => alone(postgres, async () => postgres?.restartImmediately())]],
    [5, ['times PostgreSQL was killed', () => alone(postgres, async () => postgres?.killAndStart())]],
  ]

  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    await sleep(random.between(0, LONGEST_PEACE_MS))
    const [name, act] = random.pick(faults)
    const harm = act()
    if (!harm) continue
    counts.set(name, (counts.get(name) ?? 0) + 1)
    underWay.add(harm)
    // An error in a fault must end the benchmark, so it is kept until it is awaited.
    harm.then(
      () => underWay.delete(harm),
      () => {},
    )
  }
  await Promise.all(underWay)
  await Promise.all([...apps, ...workers].map((part) => part.up()))
  return counts
}
