import { readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StartError } from '../start-error.ts'
import { copyEmptyDatabase } from './empty-database.ts'
import { readState, stateFileOf, writeState } from './folder-state.ts'
import { syncPath, syncTree } from './sync-files.ts'

/** The names that every database folder of PostgreSQL has. PostgreSQL itself checks the rest when it opens. */
const ESSENTIAL = ['PG_VERSION', 'base', 'global', 'global/pg_control', 'pg_multixact', 'pg_wal', 'pg_xact']
const CONTROL_FILE_BYTES = 8192
const WAL_SEGMENT = /^[0-9A-F]{24}$/
const WAL_SEGMENT_BYTES = 16 * 1024 * 1024
/** Names that file systems put into the top folder of a volume. */
const NOT_OURS = new Set(['lost+found'])

export const RESTORE = 'Restore the backup of the data folder (docs/operations.md, "Backup")'

/**
 * Resolves links in the path of a folder, so that two names of it share one lock.
 * @throws StartError when it is a volume of its own: its lock would lie outside of that volume.
 */
export function realFolder(dataDir: string): string {
  const folder = realPath(dataDir) ?? join(realPath(dirname(dataDir)) ?? dirname(dataDir), basename(dataDir))
  const device = deviceOf(folder)
  if (device !== undefined && device !== deviceOf(dirname(folder)))
    throw new StartError(
      `The data folder ${folder} is a separate volume. Mount the volume at its parent, which AP_CONFIG_PATH names: the lock of the folder must be on the same volume.`,
    )
  return folder
}

/**
 * Makes sure that there is a whole database in the folder: the one that is there, or, on the very first start, an
 * empty one. That is made next to it and renamed when it is whole, so that a start may be killed at any moment.
 * The caller holds the lock of the folder.
 * @param fsync whether it is waited for the disk.
 * @throws StartError when there is something else, or nothing where a database was before.
 */
export async function prepareFolder(dataDir: string, { fsync }: { fsync: boolean }): Promise<void> {
  const draft = `${dataDir}.draft`
  rmSync(draft, { recursive: true, force: true })
  const entries = contentsOf(dataDir)
  const state = readState(dataDir)
  if (entries.length > 0) {
    requireWhole(dataDir, state !== undefined)
  } else {
    if (state) throw new StartError(missing(dataDir))
    await copyEmptyDatabase(draft)
    if (fsync) syncTree(draft)
    renameSync(draft, dataDir)
    if (fsync) syncPath(dirname(dataDir))
  }
  if (!state) writeState(dataDir, {})
}

/** Whether a folder has a database, or had one. */
export function holdsDatabase(dataDir: string): boolean {
  return contentsOf(dataDir).length > 0 || readState(dataDir) !== undefined
}

function requireWhole(dataDir: string, hadData: boolean): void {
  const damage = damageOf(dataDir)
  if (damage === undefined) return
  const never = hadData
    ? ''
    : ' If nothing was ever stored in it, because its first start was cut off, remove the folder and start again.'
  throw new StartError(`The database in ${dataDir} is damaged: ${damage}. ${RESTORE}.${never}`)
}

function damageOf(dataDir: string): string | undefined {
  for (const name of ESSENTIAL) if (!statOf(join(dataDir, name))) return `${name} is missing`
  if (!/^\d+\s*$/.test(readFileSync(join(dataDir, 'PG_VERSION'), 'utf8'))) return 'PG_VERSION holds no version'
  const control = statOf(join(dataDir, 'global/pg_control'))?.size
  if (control !== CONTROL_FILE_BYTES) return `global/pg_control has ${control} bytes instead of ${CONTROL_FILE_BYTES}`
  const segments = readdirSync(join(dataDir, 'pg_wal')).filter((name) => WAL_SEGMENT.test(name))
  if (segments.length === 0) return 'pg_wal holds no log'
  for (const name of segments) {
    const size = statOf(join(dataDir, 'pg_wal', name))?.size
    // Recovery would take the end of the file for the end of the log, and drop what came later.
    if (size !== WAL_SEGMENT_BYTES) return `pg_wal/${name} has ${size} bytes instead of ${WAL_SEGMENT_BYTES}`
  }
  return undefined
}

const missing = (dataDir: string): string =>
  `There is no database in ${dataDir}, but ${stateFileOf(dataDir)} records one. Is a volume not mounted? ${RESTORE}. To start with an empty database on purpose, remove ${stateFileOf(dataDir)}.`

function contentsOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !NOT_OURS.has(name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

const statOf = (path: string) => statSync(path, { throwIfNoEntry: false })
const deviceOf = (path: string): number | undefined => statOf(path)?.dev

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
