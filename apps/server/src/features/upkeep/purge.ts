import type { Db } from '../../database/open.ts'
import {
  deleteOldDeadJobs,
  deleteOldFiles,
  deleteOldJournals,
  deleteOldOperations,
  forgetPayloads,
} from './purge-store.ts'

const BATCH = 500

/** Takes bytes away that are kept outside the database. */
export interface OutsideFiles {
  remove(places: readonly { location: 'DB' | 'S3'; s3Key: string | null; data: null }[]): Promise<void>
}

/**
 * Removes the data of executions that are over since before the given time, a batch at a time. What the run list
 * shows of them stays; runs that still wait or run keep everything.
 * @returns how many files went.
 */
export async function purgeExecutionData(db: Db, storage: OutsideFiles, before: Date): Promise<number> {
  let purged = 0
  for (;;) {
    const gone = await deleteOldFiles(db, before, BATCH)
    await storage.remove(gone.map((row) => ({ ...row, data: null })))
    purged += gone.length
    if (gone.length < BATCH) return purged
  }
}

/**
 * Runs that were canceled, or whose trigger failed, keep what they began with and came to, for a retry; it goes with
 * their retention.
 * @returns of how many runs something went.
 */
export async function purgeKeptState(db: Db, before: Date): Promise<number> {
  let purged = 0
  await deleteOldDeadJobs(db, before)
  for (;;) {
    const count = (await forgetPayloads(db, before, BATCH)) + (await deleteOldJournals(db, before, BATCH))
    purged += count
    if (count < BATCH) return purged
  }
}

/** Operations on flows are kept for people who come back to a flow that others edited. @returns how many went. */
export async function purgeOperations(db: Db, before: Date): Promise<number> {
  let purged = 0
  for (;;) {
    const count = await deleteOldOperations(db, before, BATCH)
    purged += count
    if (count < BATCH) return purged
  }
}
