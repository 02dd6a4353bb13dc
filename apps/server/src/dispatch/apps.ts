import type { Bus } from '../bus/bus.ts'
import { forgetApp, hasOtherApp, noteApp } from '../database/app-instances.ts'
import type { Db } from '../database/open.ts'

/** Which apps serve this database. */
export interface Apps {
  /** Whether this is the only one, as far as it knows. */
  readonly alone: boolean
  start(): Promise<void>
  stop(): Promise<void>
}

const SAY_SO_MS = 10_000

/** @param embedded the database is inside this process, so that nobody else can be there. */
export function createApps({ db, bus, embedded }: { db: Db; bus: Bus; embedded: boolean }): Apps {
  let alone = embedded
  let timer: NodeJS.Timeout | undefined

  const look = async (): Promise<void> => {
    alone = !(await hasOtherApp(db, bus.appId))
  }

  const sayAndLook = async (): Promise<void> => {
    try {
      await noteApp(db, bus.appId)
      await look()
    } catch {
      // Without the database nothing runs anyway; until it is back, others count as there.
      alone = false
    }
  }

  return {
    get alone() {
      return alone
    },
    async start() {
      if (embedded) return
      bus.on('APPS_CHANGED', () => {
        // Somebody has come or gone: careful first, then sure.
        alone = false
        look().catch(() => {})
      })
      await sayAndLook()
      bus.publish('APPS_CHANGED', {})
      timer = setInterval(() => void sayAndLook(), SAY_SO_MS)
    },
    async stop() {
      if (embedded) return
      clearInterval(timer)
      await forgetApp(db, bus.appId)
      bus.publish('APPS_CHANGED', {})
    },
  }
}
