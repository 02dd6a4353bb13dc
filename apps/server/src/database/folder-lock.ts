import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { reasonOf, StartError } from '../start-error.ts'

/** The kernel lets go of the files of a killed process when all of its memory is gone: a restart waits so long. */
const WAIT_FOR_DEAD_MS = 3000

// SQLITE_BUSY; the bits above say why.
const BUSY = 5

/** Keeps the locks referenced: the garbage collector closes a file that nothing refers to, and its lock goes with it. */
const held = new Set<DatabaseSync>()

/**
 * Keeps a second server off the folder of an embedded database. The lock is one of the kernel on a file next to the
 * folder, held by an open transaction of SQLite: it counts in every PID namespace and container of the volume, ends
 * with the process however that ends, and is not passed on to children. Nothing else in this process may open the
 * file: closing it would give up the lock. The file itself stays, because removing it would let two servers in.
 * @param dataDir a folder that need not exist yet.
 * @returns how to let go of it.
 * @throws StartError that names the process that has the folder open, as far as that is known.
 */
export function lockFolder(dataDir: string): () => void {
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o700 })
  const lock = acquire(dataDir)
  const ownerFile = ownerFileOf(dataDir)
  // For people, and for who keeps the server still during a backup. A full disk has no room for it.
  try {
    writeFileSync(ownerFile, `${process.pid} ${hostname()} ${new Date().toISOString()}\n`, { mode: 0o600 })
  } catch {}
  return () => {
    if (!held.delete(lock)) return
    rmSync(ownerFile, { force: true })
    lock.close()
  }
}

export const ownerFileOf = (dataDir: string): string => `${dataDir}.owner`

function acquire(dataDir: string): DatabaseSync {
  const file = `${dataDir}.lock`
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(file, { timeout: WAIT_FOR_DEAD_MS })
    lock.exec('begin exclusive')
    held.add(lock)
    return lock
  } catch (error) {
    lock?.close()
    throw new StartError(isBusy(error) ? taken(dataDir) : unlockable(file, error), { cause: error })
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === BUSY
}

function taken(dataDir: string): string {
  const [pid, host, since] = readOwner(dataDir)
  const owner = pid && host && since ? `process ${pid} of host ${host}, since ${since}` : 'another process'
  return `The data folder ${dataDir} is in use by ${owner}. Stop that server, or choose another AP_CONFIG_PATH.`
}

const unlockable = (file: string, error: unknown): string =>
  `The lock file ${file} cannot be locked: ${reasonOf(error)}. The folder must be writable, and on a file system with POSIX locks.`

function readOwner(dataDir: string): string[] {
  try {
    return readFileSync(ownerFileOf(dataDir), 'utf8').trim().split(' ')
  } catch {
    return []
  }
}
