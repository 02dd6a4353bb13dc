import semver from 'semver'
import { z } from 'zod'

/**
 * The npm packages that a code step depends on. Only packages of the npm registry are accepted, by name and by a
 * version, a range or a tag.
 */

/** A `package.json` depends on something that no registry has; the message names the package and the reason. */
export class PackageRuleError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'PackageRuleError'
  }
}

/** Packages that one code step may have. */
export const MAX_PACKAGES = 100

const NAME = /^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/i
const MAX_NAME_LENGTH = 214
const RESERVED_NAMES = new Set(['node_modules', 'favicon.ico'])
const TAG = /^[a-z][a-z0-9._-]{0,99}$/i
/** npm reads such words as a file, not as a tag. */
const FILE_NAME = /\.(?:tgz|tar|tar\.gz)$/i
/** Words of the author in a message are cut to this. */
const SHOWN_LENGTH = 100

const Manifest = z.looseObject({ dependencies: z.record(z.string(), z.string()).optional() })

/** Whether npm publishes packages under such a name, and installs them: it fails at `constructor` and its like. */
export const isPackageName = (name: string): boolean =>
  name.length <= MAX_NAME_LENGTH &&
  NAME.test(name) &&
  !RESERVED_NAMES.has(name.toLowerCase()) &&
  !(name in Object.prototype)

/** Whether the words name a version of a registry: `1.2.3`, `^1.2.0 || 3`, `latest`, `npm:other-name@1.x`. */
export function isRegistrySpecifier(words: string): boolean {
  const alias = /^npm:(@?[^@]+)(?:@(.*))?$/i.exec(words)
  if (alias) return isPackageName(alias[1] ?? '') && isVersionOrTag(alias[2] ?? '')
  return isVersionOrTag(words)
}

const isVersionOrTag = (words: string): boolean =>
  semver.validRange(words) !== null || (TAG.test(words) && !FILE_NAME.test(words))

/**
 * Checks the dependencies of a package.
 * @throws PackageRuleError at the first that is not a package of a registry
 */
export function requireRegistryPackages(dependencies: Readonly<Record<string, string>>): void {
  const entries = Object.entries(dependencies)
  if (entries.length > MAX_PACKAGES)
    throw new PackageRuleError(`The package.json has ${entries.length} packages; at most ${MAX_PACKAGES} are allowed`)
  for (const [name, words] of entries) {
    if (!isPackageName(name)) throw new PackageRuleError(`${shown(name)} is not the name of an npm package`)
    if (!isRegistrySpecifier(words))
      throw new PackageRuleError(
        `The package ${name} has the version ${shown(words)}, which is not a version, range or tag of the npm registry. Packages from git, URLs, files and folders are not allowed`,
      )
  }
}

/**
 * The dependencies that the `package.json` of a code step names; its other fields have no effect.
 * @throws PackageRuleError
 */
export function readPackages(packageJson: string): Record<string, string> {
  if (packageJson.trim() === '') return {}
  let parsed: unknown
  try {
    parsed = JSON.parse(packageJson)
  } catch (error) {
    throw new PackageRuleError(
      `package.json is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const result = Manifest.safeParse(parsed)
  if (!result.success)
    throw new PackageRuleError('The package.json must be an object whose dependencies map names to versions')
  const { dependencies = {} } = result.data
  // The schema drops it without a word.
  if (Object.hasOwn(Object(Reflect.get(Object(parsed), 'dependencies')), '__proto__'))
    throw new PackageRuleError('"__proto__" is not the name of an npm package')
  requireRegistryPackages(dependencies)
  return dependencies
}

/** The problem with the `package.json` of a code step; undefined when there is none. */
export function packageJsonProblem(text: string): string | undefined {
  try {
    readPackages(text)
    return undefined
  } catch (error) {
    if (error instanceof PackageRuleError) return error.message
    throw error
  }
}

const shown = (words: string): string =>
  JSON.stringify(words.length > SHOWN_LENGTH ? `${words.slice(0, SHOWN_LENGTH)}…` : words)
