import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { ENGINE_FILE } from './bundle.ts'
import { writeWhole } from './files.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Writes the bundle of the engine into a folder; its entry comes last. */
export async function writeEngineBundle(home: string): Promise<void> {
  const entry = join(home, ENGINE_FILE)
  const result = await build({
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
  })
  // The entry last: once it is there, the rest is.
  for (const file of result.outputFiles.filter((output) => output.path !== entry))
    await writeWhole(file.path, file.contents)
  for (const file of result.outputFiles.filter((output) => output.path === entry))
    await writeWhole(file.path, file.contents)
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
