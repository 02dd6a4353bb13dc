import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants, existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { migrations } from './migrations/index.ts'

const COMMAND = new URL('../cli/make-database.ts', import.meta.url).pathname
const LIBRARIES = new URL('../../../../node_modules/', import.meta.url)
const CACHE = new URL('.cache/piecework/', LIBRARIES).pathname

/**
 * Fills a folder that is not there yet with a migrated embedded database that holds nothing. Making one takes five
 * seconds of a core and 500 MB, so one is made for each version of PGlite and of the schema, by `npm ci`, and copied.
 */
export async function copyEmptyDatabase(folder: string): Promise<void> {
  const kept = await keptDatabase().catch(() => undefined)
  if (kept) await cp(kept, folder, { recursive: true, mode: constants.COPYFILE_FICLONE })
  else await makeInChild(folder)
}

/**
 * The folder that is copied; made when it is missing.
 * @throws Error where the cache cannot be written.
 */
export async function keptDatabase(): Promise<string> {
  const version = createHash('sha256')
    .update(readFileSync(new URL('@electric-sql/pglite/package.json', LIBRARIES)))
    .update(JSON.stringify(migrations))
    .digest('hex')
  const kept = join(CACHE, `database-${version.slice(0, 16)}`)
  if (existsSync(kept)) return kept
  await mkdir(CACHE, { recursive: true })
  const draft = await mkdtemp(join(CACHE, 'draft-'))
  try {
    await makeInChild(join(draft, 'database'))
    // Another process may have been quicker.
    await rename(join(draft, 'database'), kept).catch((error: unknown) => {
      if (!existsSync(kept)) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return kept
}

/** A process of its own gives the memory back that it takes. */
async function makeInChild(folder: string): Promise<void> {
  await promisify(execFile)(process.execPath, [COMMAND, folder])
}
