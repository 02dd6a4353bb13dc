import { spawnSync } from 'node:child_process'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'

/** `node scripts/build.ts <folder>`: the package as ES modules and as CommonJS, each with its types. */
const folder = resolve(process.argv[2] ?? 'dist')
const root = join(import.meta.dirname, '..')
rmSync(folder, { recursive: true, force: true })
for (const format of ['esm', 'cjs'] as const) {
  await build({
    entryPoints: [join(root, 'src/index.ts')],
    bundle: true,
    format,
    target: 'es2022',
    outfile: join(folder, format, 'index.js'),
    logLevel: 'warning',
  })
}
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
const { status } = spawnSync(
  process.execPath,
  [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'esm')],
  { stdio: 'inherit' },
)
if (status !== 0) process.exit(status ?? 1)
cpSync(join(folder, 'esm'), join(folder, 'cjs'), { recursive: true, filter: (path) => !path.endsWith('.js') })
writeFileSync(join(folder, 'cjs/package.json'), '{ "type": "commonjs" }\n')
