/** How the file descriptors that the system gives the process are shared out. */

/** PostgreSQL asks for 64 at least, and by itself takes a thousand. */
const DATABASE_FILES = { least: 64, most: 1000, part: 0.25 }
/** Kept for engine processes, files and calls to others: 40 of them are open when nothing happens. */
const KEPT_DESCRIPTORS = 96
const KEPT_PART = 0.25
const FEWEST_CONNECTIONS = 16
/** More would be bounded by memory rather than by descriptors. */
const MOST_CONNECTIONS = 20_000
/** No limit counts as this one. */
const MOST_DESCRIPTORS = 1_048_576

/** How many files the embedded database may have open, by the limit of the process. */
export function databaseFilesFor(limit: number): number {
  const { least, most, part } = DATABASE_FILES
  return Math.max(least, Math.min(most, Math.floor(limit * part)))
}

/**
 * How many connections the process may have, by the limit of the process.
 * @param others descriptors that are promised to others
 */
export function connectionsFor(limit: number, others = 0): number {
  const descriptors = Math.min(limit, MOST_DESCRIPTORS) - others
  const kept = Math.max(databaseFilesFor(limit) + KEPT_DESCRIPTORS, Math.ceil(descriptors * KEPT_PART))
  return Math.min(MOST_CONNECTIONS, Math.max(FEWEST_CONNECTIONS, descriptors - kept))
}
