import type { Logger } from 'pino'
import { type Keys, requireMatchingKeys } from '../keys.ts'
import type { Settings } from '../settings.ts'
import { type Db, explainDamage, openDatabase } from './open.ts'
import { databaseOptions } from './options.ts'

/**
 * The database of a server process, which ends when its database is lost for good.
 * @throws KeyError when it was made with other keys; StartError when it does not open.
 */
export async function openForServer(settings: Settings, keys: Keys, log: Logger): Promise<Db> {
  const options = databaseOptions(settings)
  const db = await openDatabase(options, (message) => log.warn(message), {
    report: (message) => log.warn(message),
    stalled: () => {},
    lost(err) {
      log.fatal({ err }, 'the embedded database cannot be opened again: this process ends, so that another one may try')
      process.exit(1)
    },
  })
  try {
    await requireMatchingKeys(db, keys)
    return db
  } catch (error) {
    await db.destroy()
    throw explainDamage(error, options)
  }
}
