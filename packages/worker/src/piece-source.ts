import { type FSWatcher, watch } from 'node:fs'
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'
import { z } from 'zod'
import { withEsbuild } from './esbuild.ts'
import { contentHash, exists, writeWhole } from './files.ts'

/** A piece whose source is on this machine, compiled. */
export interface BuiltPiece {
  name: string
  version: string
  /** A new path for every content, so that an engine which holds an older build loads this one beside it. */
  file: string
}

export interface PieceSourceOptions {
  /** Holds `package.json` and `src/index.ts`. */
  folder: string
  /** Where compiled pieces are kept. */
  outFolder: string
  withTranslations: boolean
}

/** From here the SDK and its libraries are found. */
const sdk = fileURLToPath(new URL('../../framework/', import.meta.url))
const ENTRIES = ['src/index.ts', 'index.ts']
const Manifest = z.looseObject({ name: z.string(), version: z.string() })

/** Editors write a file in several strokes. */
const SETTLE_MS = 100
const NOT_SOURCE = /(^|[/\\])(node_modules|dist|\.git)([/\\]|$)/

/** Whether a folder holds a piece that can be built. */
export async function isPieceSource(folder: string): Promise<boolean> {
  return (await exists(join(folder, 'package.json'))) && (await entryOf(folder)) !== undefined
}

/** @throws Error with the words of the compiler. */
export async function buildPiece({ folder, outFolder, withTranslations }: PieceSourceOptions): Promise<BuiltPiece> {
  const { name, version } = Manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
  const entry = await entryOf(folder)
  if (!entry) throw new Error(`${folder} has no ${ENTRIES[0]}`)
  const built = await withEsbuild(({ build }) =>
    build({
      entryPoints: [entry],
      absWorkingDir: folder,
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      target: 'node24',
      // Pieces are known by the name of their class.
      keepNames: true,
      sourcemap: 'inline',
      plugins: [ownFramework],
      logLevel: 'silent',
    }),
  )
  const code = built.outputFiles[0]?.text ?? ''
  const home = join(outFolder, `${name.replace('/', '+')}-${contentHash(code, version).slice(0, 16)}`)
  const file = join(home, 'src', 'index.js')
  const translations = join(folder, 'src', 'i18n')
  if (withTranslations && (await exists(translations)))
    await cp(translations, join(home, 'src', 'i18n'), { recursive: true })
  await writeWhole(file, code)
  return { name, version, file }
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

async function entryOf(folder: string): Promise<string | undefined> {
  for (const path of ENTRIES) if (await exists(join(folder, path))) return join(folder, path)
  return undefined
}

/**
 * Whatever a piece calls the SDK, ours stands in for it unless the piece has one of its own; likewise `zod`, in which
 * the SDK is told what inputs are right.
 */
const ownFramework: Plugin = {
  name: 'own-framework',
  setup(build) {
    const names = /^(@activepieces\/(pieces-framework|pieces-common|shared)|@piecework\/framework|zod)$/
    build.onResolve({ filter: names }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === 'own-framework') return undefined
      const own = await build.resolve(path, { resolveDir, kind, pluginData: 'own-framework' })
      if (own.errors.length === 0) return own
      const ours = path === 'zod' ? path : '@piecework/framework'
      return build.resolve(ours, { resolveDir: sdk, kind, pluginData: 'own-framework' })
    })
  },
}
