import { fdatasyncSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { syncPath, syncTree } from './sync-files.ts'

// errno EIO of the C library that PGlite is built with.
const IO_ERROR = 29

/** How PostgreSQL is started so that it waits for the disk: PGlite leaves that out. */
export const DURABLE_START = {
  startParams: PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  // The only way of PostgreSQL's to wait that reaches `waitForDisk`.
  settings: ['wal_sync_method=fsync'],
}

/**
 * Makes PGlite's fsync that of the system: without it a commit is safe from the end of every process, and not from
 * a loss of power. What was written before, in the making of the database or its recovery, is brought to disk now.
 * @param dataDir a folder.
 */
export function waitForDisk(db: PGlite, dataDir: string): void {
  Object.assign(fileOperations(db), {
    fsync(file: object): number {
      try {
        const descriptor: unknown = Reflect.get(file, 'nfd')
        if (typeof descriptor === 'number') fdatasyncSync(descriptor)
        // PGlite opens no descriptor for a folder.
        else syncPath(join(dataDir, String(Reflect.get(file, 'path')).slice(PGlite.paths.PGDATA.length)))
        return 0
      } catch {
        return IO_ERROR
      }
    },
  })
  syncTree(dataDir)
}

/** Calls `onWork` after each read and write of a file that succeeds: a sign of life in the middle of a statement. */
export function watchFiles(db: PGlite, onWork: () => void): void {
  const operations = fileOperations(db)
  for (const name of ['read', 'write']) {
    const original: unknown = Reflect.get(operations, name)
    if (typeof original !== 'function') throw new Error(`PGlite cannot ${name} files`)
    Reflect.set(operations, name, (...parameters: unknown[]) => {
      const result: unknown = Reflect.apply(original, operations, parameters)
      onWork()
      return result
    })
  }
}

/**
 * Gives back the descriptor of a file that does not open (a disk without inodes, a process without descriptors): PGlite
 * has 4096 of its own, keeps that of each failure, and without any it could not go on when the disk has room again.
 */
export function releaseFailedOpens(db: PGlite): void {
  const { FS } = db.Module
  const operations = fileOperations(db)
  const open: unknown = Reflect.get(operations, 'open')
  const release: unknown = Reflect.get(FS, 'closeStream')
  if (typeof open !== 'function' || typeof release !== 'function') throw new Error('PGlite cannot open files')
  Reflect.set(operations, 'open', (stream: object) => {
    try {
      Reflect.apply(open, operations, [stream])
    } catch (error) {
      Reflect.apply(release, FS, [Reflect.get(stream, 'fd')])
      throw error
    }
  })
}

/**
 * All files of the folder share one set of operations.
 * @throws Error when the file system of this release of PGlite has none.
 */
function fileOperations({ Module: { FS } }: PGlite): object {
  const stream = FS.open(`${PGlite.paths.PGDATA}/PG_VERSION`, 'r')
  const operations: unknown = Reflect.get(stream, 'stream_ops')
  FS.close(stream)
  if (typeof operations !== 'object' || operations === null) throw new Error('PGlite has no file operations')
  return operations
}
