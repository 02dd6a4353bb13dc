import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { completeSettings, type Problem } from './settings/checks.ts'
import { SETTINGS, type Setting, type Values } from './settings/table.ts'

/** Everything that can be configured, complete and checked. */
export interface Settings extends Values {
  frontendUrl: string
  databaseFolder: string
}

export interface LoadedSettings {
  settings: Settings
  /** One sentence each: unknown and deprecated names. */
  warnings: string[]
}

type Environment = Readonly<Record<string, string | undefined>>

/** Settings that cannot be used; the message lists all of them. */
export class SettingsError extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ env, message }) => `  ${env} ${message}`)
    super(`The server does not start, because some settings are not valid:\n${lines.join('\n')}\nSee docs/settings.md.`)
    this.name = 'SettingsError'
    this.problems = problems
  }
}

/**
 * Reads every setting from the environment. Empty values count as absent.
 * @throws SettingsError naming each setting that is malformed, or that does not fit the others.
 */
export function loadSettings(env: Environment): LoadedSettings {
  const warnings = warnOfUnknown(env)
  const problems: Problem[] = []
  const values: Record<string, unknown> = {}
  const explicit = new Set<string>()
  for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const given = findGiven(env, setting, warnings)
    if (!given) {
      values[name] = setting.default
      continue
    }
    explicit.add(name)
    const parsed = setting.kind.schema.safeParse(currentValue(given, setting, warnings))
    if (parsed.success) values[name] = parsed.data
    else problems.push({ env: given.env, message: describeMismatch(given.text, setting) })
  }
  if (problems.length > 0) throw new SettingsError(problems)
  const { completed, problems: conflicts } = completeSettings(values as Values, explicit)
  if (conflicts.length > 0) throw new SettingsError(conflicts)
  const configPath = expandHome(completed.configPath)
  const frontendUrl = completed.frontendUrl ?? `http://localhost:${completed.port}`
  return { settings: { ...completed, configPath, frontendUrl, databaseFolder: join(configPath, 'pglite') }, warnings }
}

interface Given {
  env: string
  text: string
}

function findGiven(env: Environment, setting: Setting<unknown>, warnings: string[]): Given | undefined {
  const own = read(env, setting.env)
  const old = setting.aliases.filter((alias) => read(env, alias.env) !== undefined)
  for (const alias of old) {
    const fate = own === undefined ? 'and is read as' : 'and is ignored in favour of'
    warnings.push(`${alias.env} is deprecated ${fate} ${setting.env}.`)
  }
  if (own !== undefined) return { env: setting.env, text: own }
  for (const alias of old) {
    const text = read(env, alias.env)
    if (text !== undefined) return { env: alias.env, text: alias.map?.[text.toUpperCase()] ?? text }
  }
  for (const name of setting.fallbacks) {
    const text = read(env, name)
    if (text !== undefined) return { env: name, text }
  }
  return undefined
}

function read(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim()
  return text === '' ? undefined : text
}

function currentValue(given: Given, setting: Setting<unknown>, warnings: string[]): string {
  const replacement = setting.kind.deprecatedValues?.[given.text.toUpperCase()]
  if (replacement === undefined) return given.text
  warnings.push(`The value ${given.text} of ${given.env} is deprecated and is read as ${replacement}.`)
  return replacement
}

function describeMismatch(text: string, setting: Setting<unknown>): string {
  const shown = setting.secret ? 'it is not (its value is not shown)' : `it is "${text.slice(0, 100)}"`
  return `must be ${setting.kind.expects}, but ${shown}`
}

function warnOfUnknown(env: Environment): string[] {
  const known = new Set(
    Object.values<Setting<unknown>>(SETTINGS).flatMap((s) => [s.env, ...s.aliases.map((a) => a.env)]),
  )
  return Object.keys(env)
    .filter((name) => name.startsWith('AP_') && !known.has(name))
    .sort()
    .map((name) => `${name} is not a setting that this server knows, and has no effect.`)
}

function expandHome(path: string): string {
  return resolve(path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path)
}
