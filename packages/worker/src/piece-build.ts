import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { z } from 'zod'
import { contentHash, exists, writeWhole } from './files.ts'
import { type BuiltPiece, entryOf, type PieceSourceOptions } from './piece-source.ts'

/** From here the SDK and its libraries are found. */
const sdk = fileURLToPath(new URL('../../framework/', import.meta.url))
const Manifest = z.looseObject({ name: z.string(), version: z.string() })

/** @throws Error with the words of the compiler. */
export async function compilePiece({ folder, outFolder, withTranslations }: PieceSourceOptions): Promise<BuiltPiece> {
  const { name, version } = Manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
  const entry = await entryOf(folder)
  if (!entry) throw new Error(`${folder} has no src/index.ts`)
  const built = await build({
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
  })
  const code = built.outputFiles[0]?.text ?? ''
  const home = join(outFolder, `${name.replace('/', '+')}-${contentHash(code, version).slice(0, 16)}`)
  const file = join(home, 'src', 'index.js')
  const translations = join(folder, 'src', 'i18n')
  if (withTranslations && (await exists(translations)))
    await cp(translations, join(home, 'src', 'i18n'), { recursive: true })
  await writeWhole(file, code)
  return { name, version, file }
}

/**
 * Puts our SDK in the place of each SDK that a piece may import, unless the piece brings its own; likewise `zod`,
 * with which pieces describe valid inputs to the SDK.
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
