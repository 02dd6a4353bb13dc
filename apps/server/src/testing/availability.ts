import { createAvailability } from '../database/availability.ts'
import type { Db } from '../database/open.ts'

/** For tests of parts: what a server knows of a database that works. */
export const availabilityOf = (db: Db) =>
  createAvailability({ db, dataDir: undefined, log: { error: () => {}, warn: () => {} } })
