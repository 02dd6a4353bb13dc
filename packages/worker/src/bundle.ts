import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'
import { withEsbuild } from './esbuild.ts'
import { contentHash, exists, sharedByKey, writeWhole } from './files.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
// Everything that goes into the bundle, and the lock file for the libraries that it takes in.
const SOURCES = [
  'packages/engine/src',
  'packages/framework/src',
  'packages/model/src',
  'packages/worker/src/engine-entry.ts',
  'pieces',
]

const once = sharedByKey<string>()

/**
 * Bundles the engine and the built-in pieces, so that a process starts from a few files instead of hundreds.
 * The result is kept under the hash of its sources.
 * @param folder where bundles are kept.
 * @returns the path of the engine's entry.
 */
export function bundleEngine(folder: string): Promise<string> {
  return once(folder, async () => {
    const home = join(folder, `engine-${(await hashSources()).slice(0, 16)}`)
    const entry = join(home, 'engine.mjs')
    if (await exists(entry)) return entry
    const result = await withEsbuild(({ build }) =>
      build({
        entryPoints: {
          engine: join(root, 'packages/worker/src/engine-entry.ts'),
          // Threads that pieces start load it by its name.
          'network-guard': join(root, 'packages/engine/src/network/guard.ts'),
        },
        outdir: home,
        outExtension: { '.js': '.mjs' },
        bundle: true,
        splitting: true,
        write: false,
        platform: 'node',
        format: 'esm',
        target: 'node24',
        plugins: [nativeModules, pieceLibraries],
        keepNames: true,
        banner: {
          js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(${JSON.stringify(join(root, 'package.json'))});`,
        },
        logLevel: 'silent',
        legalComments: 'none',
      }),
    )
    // The entry last: once it is there, the rest is.
    for (const file of result.outputFiles.filter((output) => output.path !== entry))
      await writeWhole(file.path, file.contents)
    for (const file of result.outputFiles.filter((output) => output.path === entry))
      await writeWhole(file.path, file.contents)
    return entry
  })
}

/** Native modules stay where npm put them. */
const nativeModules: Plugin = {
  name: 'native-modules',
  setup(build) {
    const { resolve } = createRequire(join(root, 'packages/engine/package.json'))
    build.onResolve({ filter: /^isolated-vm$/ }, ({ path }) => ({ path: resolve(path), external: true }))
    // Libraries that try for a native helper do without it when it was not built.
    build.onResolve({ filter: /^\..*\.node$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      external: true,
    }))
  },
}

/**
 * The libraries of the pieces stay in node_modules: each is loaded by the few actions that need it, and bundling
 * them all took 9 s and 19 MB where the rest takes 1.2 s and 2.3 MB.
 */
const pieceLibraries: Plugin = {
  name: 'piece-libraries',
  setup(build) {
    const pieces = join(root, 'pieces/')
    build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      const ours = path.startsWith('@piecework/') || path.startsWith('node:')
      if (ours || !importer.startsWith(pieces) || pluginData === 'resolved') return undefined
      const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: 'resolved' })
      return found.errors.length > 0 ? found : { path: pathToFileURL(found.path).href, external: true }
    })
  },
}

async function hashSources(): Promise<string> {
  const paths = (await Promise.all(SOURCES.map((path) => sourceFiles(join(root, path))))).flat().sort()
  const texts = await Promise.all(
    [...paths, join(root, 'package-lock.json')].map((path) => readFile(path, 'utf8').catch(() => '')),
  )
  return contentHash(...paths, ...texts)
}

async function sourceFiles(path: string): Promise<string[]> {
  if (path.endsWith('.ts')) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('node_modules'))
}
