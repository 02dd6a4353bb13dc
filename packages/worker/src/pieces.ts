import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PieceLocation } from '@piecework/engine/protocol'
import { sizeOf } from './cache.ts'
import { exists, sharedByKey } from './files.ts'
import { npmInstall } from './npm.ts'
import type { PieceRef, WorkerSource } from './task.ts'

/** Puts the code of pieces on this machine's disk. */
export interface PieceInstaller {
  /** @throws Error when the piece cannot be installed; nothing of it is left then. */
  install(piece: PieceRef): Promise<PieceLocation>
  /** Takes the piece off the disk again: it turned out to be none. */
  remove(piece: PieceRef): Promise<void>
}

interface InstallerOptions {
  folder: string
  installTimeoutMs: number
  /** On disk, with everything that the piece depends on. */
  maxInstalledMb: number
  source: WorkerSource
}

const MB = 1024 * 1024
/** How often a running install is measured. */
const MEASURE_MS = 2000
/** No install takes so long. */
const ABANDONED_MS = 60 * 60_000

const NAME = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/i
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/

export function createPieceInstaller(options: InstallerOptions): PieceInstaller {
  const { folder, installTimeoutMs, maxInstalledMb, source } = options
  const once = sharedByKey<PieceLocation>()

  const installing = join(folder, 'installing')

  /** What processes left behind that were killed while they installed. */
  const sweep = async (): Promise<void> => {
    for (const name of await readdir(installing).catch(() => [])) {
      const path = join(installing, name)
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
      if (Date.now() - mtimeMs > ABANDONED_MS) await rm(path, { recursive: true, force: true })
    }
  }
  const swept = sweep().catch(() => {})

  const homeOf = ({ name, version, source }: PieceRef): string => {
    const suffix = source.type === 'ARCHIVE' ? `-${source.fileId}` : ''
    return join(folder, `${name.replace('/', '+')}-${version}${suffix}`)
  }

  const place = async (piece: PieceRef): Promise<PieceLocation> => {
    const home = homeOf(piece)
    if (!(await exists(home))) await fill(piece, home)
    return { file: await entryOf(join(home, 'node_modules', piece.name)) }
  }

  // Installed aside and renamed whole: a folder in its place is a finished one, whoever made it.
  const fill = async (piece: PieceRef, home: string): Promise<void> => {
    await swept
    const scratch = join(installing, randomUUID())
    await mkdir(scratch, { recursive: true })
    try {
      const dependencies = { [piece.name]: await specifier(piece, scratch) }
      await writeFile(
        join(scratch, 'package.json'),
        JSON.stringify({ name: 'piece-home', private: true, dependencies }),
      )
      await installBounded(scratch)
      await rename(scratch, home).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
      })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`The piece ${piece.name}@${piece.version} cannot be installed: ${reason}`)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  const installBounded = async (scratch: string): Promise<void> => {
    const abort = new AbortController()
    const limit = maxInstalledMb * MB
    const measure = async () => {
      if ((await sizeOf(scratch)) > limit)
        abort.abort(new Error(`it needs more than ${maxInstalledMb} MB with its dependencies`))
    }
    const timer = setInterval(() => void measure().catch(() => {}), MEASURE_MS)
    try {
      await npmInstall(scratch, { timeoutMs: installTimeoutMs, signal: abort.signal })
      await measure()
      abort.signal.throwIfAborted()
    } finally {
      clearInterval(timer)
    }
  }

  const specifier = async (piece: PieceRef, scratch: string): Promise<string> => {
    if (piece.source.type !== 'ARCHIVE') return piece.version
    await writeFile(join(scratch, 'piece.tgz'), await source.loadArchive(piece.source.fileId))
    return 'file:piece.tgz'
  }

  return {
    async install({ name, version, source }) {
      if (source.type === 'BUILTIN') return { bundled: name }
      if (source.type === 'FILE') return { file: source.path }
      if (source.type === 'MISSING') throw new Error(missingPiece({ name, version }))
      const piece: PieceRef = { name, version: source.version ?? version, source }
      if (!NAME.test(piece.name)) throw new Error(`${piece.name} is not the name of a package`)
      if (!VERSION.test(piece.version)) throw new Error(`${piece.version} is not an exact version`)
      return once(`${piece.name}@${piece.version}:${JSON.stringify(piece.source)}`, () => place(piece))
    },
    async remove(piece) {
      if (piece.source.type === 'REGISTRY' || piece.source.type === 'ARCHIVE')
        await rm(homeOf(piece), { recursive: true, force: true })
    },
  }
}

/** What is said of a piece that is neither built in nor installed. */
export const missingPiece = ({ name, version }: Pick<PieceRef, 'name' | 'version'>): string =>
  `The piece ${name}@${version} is not installed. An administrator can install it under Setup, Pieces, or with POST /v1/pieces.`

/** Published pieces keep their code in `src/index.js`, whatever their `main` says; others follow `main`. */
async function entryOf(packageFolder: string): Promise<string> {
  const usual = join(packageFolder, 'src', 'index.js')
  if (await exists(usual)) return usual
  const manifest: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  const main =
    typeof manifest === 'object' && manifest !== null && 'main' in manifest && typeof manifest.main === 'string'
      ? manifest.main
      : 'index.js'
  return join(packageFolder, main)
}
