import { closeSync, fdatasyncSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'

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
 * @throws Error when the file system of this release of PGlite has no place for it.
 */
export function waitForDisk({ Module: { FS } }: PGlite, dataDir: string): void {
  // All files of the folder share one set of operations.
  const stream = FS.open(`${PGlite.paths.PGDATA}/PG_VERSION`, 'r')
  const operations: unknown = Reflect.get(stream, 'stream_ops')
  FS.close(stream)
  if (typeof operations !== 'object' || operations === null) throw new Error('PGlite has no operations of files')
  Object.assign(operations, {
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
  for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true }))
    if (entry.isFile() || entry.isDirectory()) syncPath(join(entry.parentPath, entry.name))
  syncPath(dataDir)
}

function syncPath(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
