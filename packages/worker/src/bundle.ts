import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runHelper } from './build-helper.ts'
import { contentHash, exists, sharedByKey, writeWhole } from './files.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
// Everything that goes into the bundle, and the lock file for the libraries that it takes in.
const SOURCES = [
  'packages/code/src',
  'packages/engine/src',
  'packages/framework/src',
  'packages/model/src',
  'packages/worker/src/engine-entry.ts',
  'pieces',
]

/** The entry of a bundle. */
export const ENGINE_FILE = 'engine.mjs'

const once = sharedByKey<string>()

/** The folder in which `npm ci` leaves the bundle that workers copy. */
const CACHE = join(root, 'node_modules/.cache/piecework')

/**
 * Bundles the engine and the built-in pieces, so that a process starts from a few files instead of hundreds.
 * The result is kept under the hash of its sources.
 * @param folder where bundles are kept.
 * @returns the path of the engine's entry.
 */
export function bundleEngine(folder: string): Promise<string> {
  return once(folder, async () => {
    const home = join(folder, await bundleName())
    const entry = join(home, ENGINE_FILE)
    if (await exists(entry)) return entry
    const kept = await keptEngine().catch(() => undefined)
    if (kept) await copyBundle(kept, home)
    else await runHelper('engine', home)
    return entry
  })
}

/**
 * The bundle in the cache of the installation; made when it is missing.
 * @returns its folder
 * @throws Error where the cache cannot be written
 */
export function keptEngine(): Promise<string> {
  return once(CACHE, async () => {
    const home = join(CACHE, await bundleName())
    if (!(await exists(join(home, ENGINE_FILE)))) await runHelper('engine', home)
    return home
  })
}

/**
 * The runtime of exported programs, with the built-in pieces that one uses; bundled once.
 * @param folder where bundles are kept
 * @param pieces the names of the folders of pieces
 * @returns the files of the bundle by their names
 */
export async function programBundle(folder: string, pieces: readonly string[]): Promise<Map<string, Buffer>> {
  const names = [...new Set(pieces)].sort()
  const home = await once(`${folder} ${names}`, async () => {
    const home = join(folder, `program-${contentHash(await bundleName(), ...names).slice(0, 16)}`)
    if (!(await exists(join(home, 'runtime.mjs')))) await runHelper('program', JSON.stringify({ home, pieces: names }))
    return home
  })
  const files = new Map<string, Buffer>()
  for (const name of await readdir(home)) files.set(name, await readFile(join(home, name)))
  return files
}

/** The entry last: once it is there, the rest is. */
async function copyBundle(from: string, to: string): Promise<void> {
  const files = (await readdir(from, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  const paths = files.map((file) => join(file.parentPath, file.name).slice(from.length + 1))
  for (const path of paths.sort((a, b) => Number(basename(a) === ENGINE_FILE) - Number(basename(b) === ENGINE_FILE)))
    await writeWhole(join(to, path), await readFile(join(from, path)))
}

const bundleName = async (): Promise<string> => `engine-${(await hashSources()).slice(0, 16)}`

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
