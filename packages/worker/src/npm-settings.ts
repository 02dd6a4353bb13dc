import { homedir } from 'node:os'
import { join } from 'node:path'
import { exists } from './files.ts'

/** The operator's settings of npm (registry, proxies, credentials), and nothing of the server's secrets. */
export interface NpmSettings {
  env: Record<string, string>
  userConfig: string
  globalConfig: string
}

type Environment = Readonly<Record<string, string | undefined>>

const GLOBAL_CONFIGS = ['/etc/npmrc', '/usr/local/etc/npmrc', '/usr/etc/npmrc']
/** A file of settings that has none. */
const NO_CONFIG = '/dev/null'

const KEPT = /^(LANG|LC_.*|npm_config_.*|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i
/** Set by the npm that started the server, about the server's own package; or ours to say. */
const DROPPED =
  /^npm_config_(local_prefix|prefix|global_prefix|globalconfig|userconfig|user_agent|noproxy|cache|node_gyp|git|npm_version)$/i

export async function npmSettings(environment: Environment): Promise<NpmSettings> {
  const read = (name: string) => environment[name] || environment[name.toUpperCase()] || undefined
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => KEPT.test(entry[0]) && !DROPPED.test(entry[0]) && entry[1] !== undefined,
  )
  const globalConfig = read('npm_config_globalconfig')
  return {
    env: Object.fromEntries(entries),
    userConfig: read('npm_config_userconfig') ?? join(environment.HOME || homedir(), '.npmrc'),
    globalConfig:
      globalConfig !== undefined && (await exists(globalConfig)) ? globalConfig : await firstThere(GLOBAL_CONFIGS),
  }
}

async function firstThere(paths: readonly string[]): Promise<string> {
  for (const path of paths) if (await exists(path)) return path
  return NO_CONFIG
}
