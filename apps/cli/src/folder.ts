import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'

const Manifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
})
export type Manifest = z.infer<typeof Manifest>

export interface PieceFolder {
  folder: string
  manifest: Manifest
}

/** @throws Error when the file is missing or has no name and version. */
async function readManifest(folder: string): Promise<Manifest> {
  const parsed = Manifest.safeParse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
  if (!parsed.success) throw new Error(`${join(folder, 'package.json')} has no name and version`)
  return parsed.data
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/**
 * Finds a piece by the path of its folder, or by its short name in `root`, directly or in a section.
 * @throws Error that names the places searched.
 */
export async function findPiece(name: string, root: string): Promise<PieceFolder> {
  const sections = await sectionsOf(root)
  const places = [resolve(name), join(root, name), ...sections.map((section) => join(section, name))]
  for (const folder of places)
    if (await exists(join(folder, 'package.json'))) return { folder, manifest: await readManifest(folder) }
  throw new Error(`There is no piece '${name}': no package.json in ${places.join(', ')}`)
}

/** Every piece of a folder, by name. */
export async function listPieces(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const path of await sectionsOf(folder)) if (await exists(join(path, 'package.json'))) found.push(path)
  return found.sort()
}

async function sectionsOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => join(root, name))
}
