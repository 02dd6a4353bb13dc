import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { npm } from './npm.ts'

/** The exact versions that a published piece installs, dependencies of dependencies too. */
export interface Pins {
  /** Includes indirect dependencies: npm takes these versions before it looks for newer ones. */
  dependencies: Record<string, string>
  /** Packages for other platforms, for instance. */
  optionalDependencies: Record<string, string>
  /** The text of `npm-shrinkwrap.json`, which npm obeys when the piece comes from a registry. */
  shrinkwrap: string
}

const Versions = z.record(z.string(), z.string()).default({})
const Installed = z.looseObject({ version: z.string(), dependencies: Versions, optionalDependencies: Versions })
const Lock = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ version: z.string().optional(), optional: z.boolean().optional() })),
})

/**
 * Finds the versions that are installed next to the piece, with which it was tested, and lets npm add the packages of
 * other platforms.
 * @param dependencies the dependencies of the piece
 * @throws Error with npm's message
 */
export async function pinDependencies(
  folder: string,
  { name, version }: { name: string; version: string },
  dependencies: Readonly<Record<string, string>>,
): Promise<Pins> {
  const installed = await installedVersions(folder, Object.keys(dependencies))
  const wanted = Object.fromEntries(
    Object.entries(dependencies).map(([dependency, range]) => [dependency, installed.direct[dependency] ?? range]),
  )
  const scratch = await mkdtemp(join(tmpdir(), 'piece-pins-'))
  try {
    const manifest = { name, version, dependencies: wanted, overrides: installed.deep }
    await writeFile(join(scratch, 'package.json'), JSON.stringify(manifest))
    const flags = [
      '--package-lock-only',
      '--ignore-scripts',
      '--omit-lockfile-registry-resolved',
      '--no-audit',
      '--no-fund',
    ]
    await npm(['install', ...flags], scratch)
    const lock = Lock.parse(JSON.parse(await readFile(join(scratch, 'package-lock.json'), 'utf8')))
    const exact = topVersions(lock, false)
    const missing = Object.keys(dependencies).find((dependency) => exact[dependency] === undefined)
    if (missing !== undefined) throw new Error(`npm found no version of ${missing}`)
    const pins = { dependencies: exact, optionalDependencies: topVersions(lock, true) }
    const root = { name, version, ...pins }
    const shrinkwrap = { ...lock, name, version, packages: { ...lock.packages, '': root } }
    return { ...pins, shrinkwrap: `${JSON.stringify(shrinkwrap, null, 2)}\n` }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Versions of the packages at the top level; the shrinkwrap has other versions of the same package. */
function topVersions({ packages }: z.infer<typeof Lock>, isOptional: boolean): Record<string, string> {
  const versions: Record<string, string> = {}
  for (const [place, { version, optional = false }] of Object.entries(packages)) {
    const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place) ?? []
    if (name !== undefined && version !== undefined && optional === isOptional) versions[name] = version
  }
  return versions
}

/** Versions in the folders `node_modules`: of the packages themselves, and of those below them. */
async function installedVersions(folder: string, names: readonly string[]) {
  const direct: Record<string, string> = {}
  /** Every version of a package below the top level. */
  const found = new Map<string, Set<string>>()
  const seen = new Set<string>()

  const visit = async (name: string, from: string, isDirect: boolean): Promise<void> => {
    const home = await findPackage(name, from)
    if (home === undefined) return
    const manifest = Installed.parse(JSON.parse(await readFile(join(home, 'package.json'), 'utf8')))
    if (isDirect) direct[name] = manifest.version
    else found.set(name, (found.get(name) ?? new Set()).add(manifest.version))
    if (seen.has(home)) return
    seen.add(home)
    for (const below of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
      await visit(below, home, false)
  }

  for (const name of names) await visit(name, resolve(folder), true)
  const deep: Record<string, string> = {}
  // When a package has several versions, npm chooses by the package that requires it.
  for (const [name, versions] of found) {
    const [only] = versions
    if (only !== undefined && versions.size === 1 && direct[name] === undefined) deep[name] = only
  }
  return { direct, deep }
}

async function findPackage(name: string, from: string): Promise<string | undefined> {
  for (let at = from; ; at = dirname(at)) {
    const home = join(at, 'node_modules', name)
    const there = await readFile(join(home, 'package.json')).then(
      () => true,
      () => false,
    )
    if (there) return home
    if (dirname(at) === at) return undefined
  }
}
