import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative, sep } from 'node:path'
import type { PieceLocation } from '@piecework/engine/protocol'
import { exists } from './files.ts'
import { type MachineWatch, machineFaultOf } from './machine-fault.ts'
import { isTooLarge, type Npm } from './npm.ts'
import { createSemaphore, createSharedWork, type WaitLimits } from './shared-work.ts'
import type { PieceRef, WorkerSource } from './task.ts'

/** Puts the code of pieces on this machine's disk. */
export interface PieceInstaller {
  /**
   * @param options hurried: wait a moment for an install, and no longer
   * @throws Error when the piece cannot be installed, and nothing of it is left then; NotReadyError while it is installed
   */
  install(piece: PieceRef, options: { hurried: boolean }): Promise<PieceLocation>
  /** Takes the piece off the disk again: it turned out to be none. */
  remove(piece: PieceRef): Promise<void>
}

interface InstallerOptions {
  folder: string
  /** Holds what npm downloads. */
  npmFolder: string
  installTimeoutMs: number
  /** On disk, with everything that the piece depends on. */
  maxInstalledBytes: number
  patience: WaitLimits
  source: WorkerSource
  npm: Pick<Npm, 'install'>
  machine: Pick<MachineWatch, 'require'>
  /** The folder of the npm cache has been used. */
  onNpmCache?(folder: string): void
}

/** No install takes so long. */
const ABANDONED_MS = 60 * 60_000
/** Installs at a time. */
const MAX_INSTALLS = 4

const NAME = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/i
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/

export function createPieceInstaller(options: InstallerOptions): PieceInstaller {
  const { folder, npmFolder, source } = options
  const work = createSharedWork<PieceLocation>({
    ...options.patience,
    what: 'A piece that is being installed',
    isLasting: (error) => machineFaultOf(error) === undefined,
  })
  const installs = createSemaphore(MAX_INSTALLS)

  const installing = join(folder, 'installing')

  /** Removes the folders of processes that were killed while they installed. */
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

  // A piece is installed aside and its folder renamed, so that a folder in its place is always finished.
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
      await installs.take(() => install(scratch, piece))
      await rename(scratch, home).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
      })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`The piece ${piece.name}@${piece.version} cannot be installed: ${reason}`, { cause: error })
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  const install = async (scratch: string, piece: PieceRef): Promise<void> => {
    const { installTimeoutMs: timeoutMs, maxInstalledBytes: maxBytes, npm, onNpmCache } = options
    if (await isTooLarge(npmFolder)) await rm(npmFolder, { recursive: true, force: true })
    const withArchives = piece.source.type === 'ARCHIVE'
    try {
      await npm.install(scratch, { cacheFolder: npmFolder, withArchives, timeoutMs, maxBytes })
    } finally {
      onNpmCache?.(npmFolder)
    }
    await entryOf(join(scratch, 'node_modules', piece.name))
  }

  const specifier = async (piece: PieceRef, scratch: string): Promise<string> => {
    if (piece.source.type !== 'ARCHIVE') return piece.version
    await writeFile(join(scratch, 'piece.tgz'), await source.loadArchive(piece.source.fileId))
    return 'file:piece.tgz'
  }

  return {
    async install({ name, version, source }, { hurried }) {
      if (source.type === 'BUILTIN') return { bundled: name }
      if (source.type === 'FILE') return { file: source.path }
      if (source.type === 'MISSING') throw new Error(missingPiece({ name, version }))
      const piece: PieceRef = { name, version: source.version ?? version, source }
      if (!NAME.test(piece.name)) throw new Error(`${piece.name} is not the name of a package`)
      if (!VERSION.test(piece.version)) throw new Error(`${piece.version} is not an exact version`)
      const home = homeOf(piece)
      const packageFolder = join(home, 'node_modules', piece.name)
      if (await exists(home)) return { file: await entryOf(packageFolder) }
      options.machine.require()
      return work.do(home, hurried, async () => {
        await fill(piece, home)
        return { file: await entryOf(packageFolder) }
      })
    },
    async remove(piece) {
      if (piece.source.type === 'REGISTRY' || piece.source.type === 'ARCHIVE')
        await rm(homeOf(piece), { recursive: true, force: true })
    },
  }
}

/** The error for a piece that is neither built in nor installed. */
export const missingPiece = ({ name, version }: Pick<PieceRef, 'name' | 'version'>): string =>
  `The piece ${name}@${version} is not installed. An administrator can install it under Setup, Pieces, or with POST /v1/pieces.`

/**
 * Published pieces keep their code in `src/index.js`, whatever their `main` says; others follow `main`.
 * @throws Error when the file is none of the package
 */
async function entryOf(packageFolder: string): Promise<string> {
  const usual = join(packageFolder, 'src', 'index.js')
  const entry = (await exists(usual)) ? usual : join(packageFolder, await mainOf(packageFolder))
  const home = await realpath(packageFolder)
  // As `require` understands it: the name of a folder, or one without its extension.
  const found = await realpath(resolveModule(entry))
  if (!found.startsWith(home + sep)) throw new Error(`Its main file ${found} is not in its package`)
  return join(packageFolder, relative(home, found))
}

async function mainOf(packageFolder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  const main = typeof manifest === 'object' && manifest !== null && 'main' in manifest ? manifest.main : undefined
  return typeof main === 'string' && main !== '' ? main : 'index.js'
}

function resolveModule(path: string): string {
  try {
    return createRequire(import.meta.url).resolve(path)
  } catch {
    throw new Error(`Its main file ${path} is missing`)
  }
}
