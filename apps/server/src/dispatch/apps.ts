import { sql } from 'kysely'
import type { Bus } from '../bus/bus.ts'
import type { Db } from '../database/open.ts'

/** Which apps serve this database. */
export interface Apps {
  /** Whether this is the only one, as far as it knows. */
  readonly alone: boolean
  start(): Promise<void>
  stop(): Promise<void>
}

const SAY_SO_MS = 10_000
/** An app that was silent for longer counts as gone. */
export const APP_GONE_AFTER_MS = 35_000

/** @param embedded the database is inside this process, so that nobody else can be there. */
export function createApps({ db, bus, embedded }: { db: Db; bus: Bus; embedded: boolean }): Apps {
  let alone = embedded
  let timer: NodeJS.Timeout | undefined

  const look = async (): Promise<void> => {
    const others = await db
      .selectFrom('app_instance')
      .select('id')
      .where('id', '!=', bus.appId)
      .where('seen', '>', sql<string>`now() - ${APP_GONE_AFTER_MS} * interval '1 millisecond'`)
      .limit(1)
      .execute()
    alone = others.length === 0
  }

  const sayAndLook = async (): Promise<void> => {
    try {
      await db
        .insertInto('app_instance')
        .values({ id: bus.appId, seen: sql`now()` })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen: sql`now()` }))
        .execute()
      await db
        .deleteFrom('app_instance')
        .where('seen', '<', sql<string>`now() - ${APP_GONE_AFTER_MS} * interval '1 millisecond'`)
        .execute()
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
      await db.deleteFrom('app_instance').where('id', '=', bus.appId).execute()
      bus.publish('APPS_CHANGED', {})
    },
  }
}
