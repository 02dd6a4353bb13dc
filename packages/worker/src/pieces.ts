import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PieceLocation } from '@piecework/engine/protocol'
import { exists, sharedByKey } from './files.ts'
import { npmInstall } from './npm.ts'
import type { PieceRef, WorkerSource } from './task.ts'

/** Puts the code of pieces on this machine's disk. */
export interface PieceInstaller {
  /** @throws Error when the piece cannot be installed; nothing of it is left then. */
  install(piece: PieceRef): Promise<PieceLocation>
}

interface InstallerOptions {
  folder: string
  installTimeoutMs: number
  source: WorkerSource
}

const NAME = /^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/i
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/

export function createPieceInstaller({ folder, installTimeoutMs, source }: InstallerOptions): PieceInstaller {
  const once = sharedByKey<PieceLocation>()

  const place = async (piece: PieceRef): Promise<PieceLocation> => {
    const suffix = piece.source.type === 'ARCHIVE' ? `-${piece.source.fileId}` : ''
    const home = join(folder, `${piece.name.replace('/', '+')}-${piece.version}${suffix}`)
    if (!(await exists(home))) await fill(piece, home)
    return { file: await entryOf(join(home, 'node_modules', piece.name)) }
  }

  // Installed aside and renamed whole: a folder in its place is a finished one, whoever made it.
  const fill = async (piece: PieceRef, home: string): Promise<void> => {
    const scratch = join(folder, 'installing', randomUUID())
    await mkdir(scratch, { recursive: true })
    try {
      const dependencies = { [piece.name]: await specifier(piece, scratch) }
      await writeFile(
        join(scratch, 'package.json'),
        JSON.stringify({ name: 'piece-home', private: true, dependencies }),
      )
      await npmInstall(scratch, installTimeoutMs)
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

  const specifier = async (piece: PieceRef, scratch: string): Promise<string> => {
    if (piece.source.type !== 'ARCHIVE') return piece.version
    await writeFile(join(scratch, 'piece.tgz'), await source.loadArchive(piece.source.fileId))
    return 'file:piece.tgz'
  }

  return {
    async install(piece) {
      if (piece.source.type === 'BUILTIN') return { bundled: piece.name }
      if (!NAME.test(piece.name)) throw new Error(`${piece.name} is not the name of a package`)
      if (!VERSION.test(piece.version)) throw new Error(`${piece.version} is not an exact version`)
      return once(`${piece.name}@${piece.version}:${JSON.stringify(piece.source)}`, () => place(piece))
    },
  }
}

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
