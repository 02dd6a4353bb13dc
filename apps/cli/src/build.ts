import { cp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { isMap } from '@piecework/framework'
import { build, type Plugin } from 'esbuild'
import { exists, type Manifest, type PieceFolder } from './folder.ts'
import { npm } from './npm.ts'
import { pinDependencies } from './pins.ts'

export interface BuildOptions {
  /**
   * Packages that are installed with the piece instead of being bundled: those with binaries. Their versions are fixed.
   */
  external: readonly string[]
}

export interface BuiltPackage {
  manifest: Manifest
  /** The folder to publish: `package.json`, `src/index.js` and the translations. */
  dist: string
}

/**
 * Compiles a piece with all its imports into its folder `dist`, and loads it once.
 * @throws Error with the message of the compiler, or when the result exports no piece.
 */
export async function buildPackage(piece: PieceFolder, { external }: BuildOptions): Promise<BuiltPackage> {
  const { folder, manifest } = piece
  const dist = join(folder, 'dist')
  await rm(dist, { recursive: true, force: true })
  await build({
    entryPoints: [resolve(folder, 'src', 'index.ts')],
    outfile: resolve(dist, 'src', 'index.js'),
    absWorkingDir: resolve(folder),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Pieces are recognised by the name of their class.
    keepNames: true,
    external: [...external],
    plugins: [frameworkOfThisInstall],
    logLevel: 'silent',
  })
  const translations = join(folder, 'src', 'i18n')
  if (await exists(translations)) await cp(translations, join(dist, 'src', 'i18n'), { recursive: true })
  for (const name of ['README.md', 'LICENSE'])
    if (await exists(join(folder, name))) await cp(join(folder, name), join(dist, name))
  const published = publishedManifest(manifest, external)
  if (external.length > 0) {
    const pins = await pinDependencies(folder, manifest, published.dependencies)
    published.dependencies = pins.dependencies
    published.optionalDependencies = pins.optionalDependencies
    published.files.push(SHRINKWRAP)
    await writeFile(join(dist, SHRINKWRAP), pins.shrinkwrap)
  }
  await writeFile(join(dist, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
  await loadPiece(dist)
  return { manifest, dist }
}

/** @returns the path of the tarball. */
export async function packPackage({ dist }: BuiltPackage): Promise<string> {
  const answer: unknown = JSON.parse(await npm(['pack', '--json', '--ignore-scripts'], dist))
  const entry: unknown = Array.isArray(answer) ? answer[0] : undefined
  const name = isMap(entry) ? entry.filename : undefined
  if (typeof name !== 'string') throw new Error('npm pack did not print the name of the archive')
  return join(dist, name)
}

/** Reads the metadata of a built piece. @throws Error when the file exports no piece. */
export async function loadPiece(dist: string): Promise<object> {
  const file = resolve(dist, 'src', 'index.js')
  // Every build is loaded as a new module.
  const require = createRequire(file)
  delete require.cache[file]
  const exported: unknown = require(file)
  const found = isMap(exported) ? Object.values(exported).find(isPiece) : undefined
  if (!found) throw new Error(`${file} does not export a piece: export the result of createPiece`)
  return found.metadata()
}

function isPiece(value: unknown): value is { metadata(): object } {
  return isMap(value) && value.constructor.name === 'Piece' && typeof Reflect.get(value, 'metadata') === 'function'
}

const SHRINKWRAP = 'npm-shrinkwrap.json'

interface PublishedManifest {
  files: string[]
  dependencies: Record<string, string>
  [field: string]: unknown
}

function publishedManifest(manifest: Manifest, external: readonly string[]): PublishedManifest {
  const { devDependencies: _tools, scripts: _scripts, type: _type, exports: _exports, dependencies, ...rest } = manifest
  const missing = external.find((name) => dependencies[name] === undefined)
  if (missing !== undefined) throw new Error(`${missing} is external, but not in the dependencies of package.json`)
  return {
    ...rest,
    main: './src/index.js',
    files: ['src'],
    dependencies: Object.fromEntries(Object.entries(dependencies).filter(([name]) => external.includes(name))),
  }
}

const FRAMEWORK = /^@(piecework\/framework|activepieces\/(pieces-framework|pieces-common|shared))$/

/** A piece without its own framework gets ours. */
const frameworkOfThisInstall: Plugin = {
  name: 'framework-of-this-install',
  setup(compiler) {
    compiler.onResolve({ filter: FRAMEWORK }, async ({ path, resolveDir, kind, pluginData: inner }) => {
      if (inner === FRAMEWORK) return
      const found = await compiler.resolve(path, { resolveDir, kind, pluginData: FRAMEWORK })
      const usable = found.errors.length === 0
      return usable
        ? found
        : compiler.resolve('@piecework/framework', { resolveDir: import.meta.dirname, kind, pluginData: FRAMEWORK })
    })
  },
}
