import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { runHelper } from './build-helper.ts'
import { exists } from './files.ts'

/** A piece whose source is on this machine, compiled. */
const BuiltPiece = z.object({
  name: z.string(),
  version: z.string(),
  /** A new path for every content, so that an engine which holds an older build loads this one next to it. */
  file: z.string(),
})
export type BuiltPiece = z.infer<typeof BuiltPiece>

export interface PieceSourceOptions {
  /** Holds `package.json` and `src/index.ts`. */
  folder: string
  /** The folder of compiled pieces. */
  outFolder: string
  withTranslations: boolean
}

const ENTRIES = ['src/index.ts', 'index.ts']

/** Editors write a file in several strokes. */
const SETTLE_MS = 100
const NOT_SOURCE = /(^|[/\\])(node_modules|dist|\.git)([/\\]|$)/

/** Whether a folder holds a piece that can be built. */
export async function isPieceSource(folder: string): Promise<boolean> {
  return (await exists(join(folder, 'package.json'))) && (await entryOf(folder)) !== undefined
}

/** @throws Error with the words of the compiler. */
export async function buildPiece(options: PieceSourceOptions): Promise<BuiltPiece> {
  return BuiltPiece.parse(JSON.parse(await runHelper('piece', JSON.stringify(options))))
}

/** Tells of every change of a piece's source, once it has settled. */
export function watchPiece(folder: string, onChange: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined
  const watcher: FSWatcher = watch(folder, { recursive: true }, (_event, path) => {
    if (path !== null && NOT_SOURCE.test(path)) return
    clearTimeout(timer)
    timer = setTimeout(onChange, SETTLE_MS)
  })
  // The folder is gone: there is nothing to build any more.
  watcher.on('error', () => watcher.close())
  return {
    close() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}

/** The first file of a piece's source; undefined where there is none. */
export async function entryOf(folder: string): Promise<string | undefined> {
  for (const path of ENTRIES) if (await exists(join(folder, path))) return join(folder, path)
  return undefined
}
