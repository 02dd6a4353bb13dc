import type { Logger } from 'pino'
import { type Keys, requireMatchingKeys } from '../keys.ts'
import type { Settings } from '../settings.ts'
import { waitAtMost } from '../time-limit.ts'
import { type Availability, createAvailability } from './availability.ts'
import { type Db, explainDamage, openDatabase } from './open.ts'
import { databaseOptions } from './options.ts'

export interface ServerDatabase {
  db: Db
  availability: Availability
  /** Lets go of it, within CLOSE_MS whatever has become of it. */
  close(): Promise<void>
}

const CLOSE_MS = 10_000

/**
 * The database of a server process, which ends when its database is lost for good.
 * @throws KeyError when it was made with other keys; StartError when it does not open.
 */
export async function openForServer(settings: Settings, keys: Keys, log: Logger): Promise<ServerDatabase> {
  const options = databaseOptions(settings)
  let availability: Availability | undefined
  const db = await openDatabase(options, (message) => log.warn(message), {
    report: (message) => log.warn(message),
    stalled: (isStalled) => availability?.stalled(isStalled),
    lost(err) {
      log.fatal(
        { err },
        'the embedded database cannot be opened again: this process ends, so that a supervisor can start a new one',
      )
      process.exit(1)
    },
  })
  try {
    await requireMatchingKeys(db, keys)
    const dataDir = settings.dbType === 'PGLITE' ? settings.databaseFolder : undefined
    const made = createAvailability({ db, dataDir, log })
    availability = made
    const close = async () => {
      made.close()
      await waitAtMost(db.destroy(), CLOSE_MS)
    }
    return { db, availability: made, close }
  } catch (error) {
    await db.destroy()
    throw explainDamage(error, options)
  }
}
