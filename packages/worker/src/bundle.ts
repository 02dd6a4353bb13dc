import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runHelper } from './build-helper.ts'
import { contentHash, exists, sharedByKey } from './files.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
// Everything that goes into the bundle, and the lock file for the libraries that it takes in.
const SOURCES = [
  'packages/engine/src',
  'packages/framework/src',
  'packages/model/src',
  'packages/worker/src/engine-entry.ts',
  'pieces',
]

/** The entry of a bundle. */
export const ENGINE_FILE = 'engine.mjs'

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
    const entry = join(home, ENGINE_FILE)
    if (await exists(entry)) return entry
    await runHelper('engine', home)
    return entry
  })
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
