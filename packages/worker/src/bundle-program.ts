import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { writeWhole } from './files.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Writes the runtime of exported programs, and the built-in pieces that one uses, into a folder: they need nothing but
 * Node.js there.
 * @param pieces the names of the folders of pieces
 */
export async function writeProgramBundle({ home, pieces }: { home: string; pieces: readonly string[] }): Promise<void> {
  const entry = join(home, 'runtime.mjs')
  const { outputFiles } = await build({
    entryPoints: {
      runtime: join(root, 'packages/code/src/runtime/index.ts'),
      ...Object.fromEntries(pieces.map((name) => [`piece-${name}`, join(root, `pieces/${name}/index.ts`)])),
    },
    outdir: home,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    // Pieces are known by the name of their class.
    keepNames: true,
    plugins: [withoutNativeHelpers],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
    logLevel: 'silent',
    legalComments: 'none',
  })
  // The entry last: once it is there, the rest is.
  for (const file of outputFiles.filter(({ path }) => path !== entry)) await writeWhole(file.path, file.contents)
  for (const file of outputFiles.filter(({ path }) => path === entry)) await writeWhole(file.path, file.contents)
}

/** Libraries that try for a native helper do without it. */
const withoutNativeHelpers: Plugin = {
  name: 'without-native-helpers',
  setup(build) {
    build.onResolve({ filter: /\.node$|^cpu-features$/ }, ({ path }) => ({ path, namespace: 'native-helper' }))
    build.onLoad({ filter: /.*/, namespace: 'native-helper' }, () => ({
      contents: "throw new Error('There is no native helper here')",
      loader: 'js',
    }))
  },
}
