import { setTimeout as sleep } from 'node:timers/promises'
import { type BackOff, delayOf } from '@piecework/model/back-off'
import { newId } from '@piecework/model/ids'
import type { Logger } from 'pino'
import { releaseLock, renewLock, takeLock } from '../../database/named-lock-store.ts'
import type { Db } from '../../database/open.ts'

/** Runs tasks with the same key one after the other, in the order in which they come. */
export interface Locks {
  run<T>(key: string, task: () => Promise<T>): Promise<T>
}

export function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    run(key, task) {
      const before = tails.get(key) ?? Promise.resolve()
      const result = before.then(task, task)
      const tail = result
        .catch(() => {})
        .then(() => {
          if (tails.get(key) === tail) tails.delete(key)
        })
      tails.set(key, tail)
      return result
    },
  }
}

/** An app that dies with a lock keeps others waiting for so long. */
const LEASE_MS = 15_000
const RENEW_MS = 4000
const WAITING: BackOff = { firstMs: 20, longestMs: 500 }

interface Parts {
  db: Db
  /** Nobody else uses the database. */
  embedded: boolean
  log: Logger
}

/**
 * As createLocks, among all apps of the database. What it guards may take minutes, because triggers talk to the
 * outside world: so a lock is a row with a lease, and holds no connection.
 */
export function createSharedLocks({ db, embedded, log }: Parts, scope: string): Locks {
  const local = createLocks()
  if (embedded) return local
  return {
    run: (key, task) =>
      local.run(key, async () => {
        const lock = { name: `${scope}:${key}`, owner: newId(), leaseMs: LEASE_MS }
        for (let tries = 1; !(await takeLock(db, lock)); tries++) await sleep(delayOf(WAITING, tries))
        const renewal = setInterval(() => {
          renewLock(db, lock).catch((err: unknown) => log.warn({ err, lock: lock.name }, 'a lock could not be renewed'))
        }, RENEW_MS)
        try {
          return await task()
        } finally {
          clearInterval(renewal)
          await releaseLock(db, lock).catch((err: unknown) =>
            log.warn({ err, lock: lock.name }, 'a lock could not be released; it ends with its lease'),
          )
        }
      }),
  }
}
