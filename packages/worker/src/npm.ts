import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EngineConfig } from '@piecework/engine/protocol'
import { z } from 'zod'
import { sizeOf } from './cache.ts'
import { exists } from './files.ts'
import { namespaceLauncher } from './namespaces.ts'
import { type ConnectionBudget, createConnectionBudget } from './network/connection-budget.ts'
import { openProgramEgress, type ProgramEgress, SANDBOX_SOCKET } from './network/egress.ts'
import type { Refused } from './network/egress-proxy.ts'
import { upstreamOf } from './network/upstream.ts'
import { type NpmSettings, npmSettings } from './npm-settings.ts'
import { endWithParent, ProgramError, runProgram } from './program.ts'

/** Installs npm packages that tenants ask for. */
export interface Npm {
  /**
   * `npm install` in a folder that holds a package.json. Packages come from the registry alone and their install
   * scripts never run; time, output and size are bounded.
   * @throws NpmError
   */
  install(folder: string, request: InstallRequest): Promise<void>
  close(): Promise<void>
}

export interface InstallRequest {
  /** Keeps what is downloaded; npm writes to it and to the folder, and to nothing else. */
  cacheFolder: string
  /** The package.json of the folder may name archives in it. */
  withArchives: boolean
  timeoutMs: number
  /** The largest size of all that npm installs. */
  maxBytes: number
}

/** An install that failed, in the words of npm. */
export class NpmError extends Error {
  /** The code of npm, `E404` for instance. */
  readonly code: string | undefined
  constructor(message: string, code: string | undefined) {
    super(message)
    this.name = 'NpmError'
    this.code = code
  }
}

interface NpmOptions {
  engine: Pick<EngineConfig, 'networkMode'> & { ssrfAllowList: readonly string[] }
  /** Programs get kernel namespaces of their own. */
  namespaces: boolean
  environment: Readonly<Record<string, string | undefined>>
  budget?: ConnectionBudget
  onRefused?: ((refused: Refused) => void) | undefined
}

const ERROR_LIMIT = 2000
/** A registry that is silent for so long is asked again; npm's own five minutes are longer than anybody waits. */
const FETCH_TIMEOUT_MS = 20_000
const LOOK_TIMEOUT_MS = 30_000
/** How often a running install is measured. */
const MEASURE_MS = 2000
/** A cache that has grown past this is made again: npm never forgets by itself. */
const MAX_CACHE_BYTES = 512 * 1024 * 1024

/** The npm that comes with the worker: what its options mean is known. */
const program = join(dirname(createRequire(import.meta.url).resolve('npm/package.json')), 'bin', 'npm-cli.js')
const entry = fileURLToPath(new URL('./npm-entry.ts', import.meta.url))
const ownManifest = fileURLToPath(new URL('../package.json', import.meta.url))

/** The settings of npm that concern the network. */
const Config = z.looseObject({
  registry: z.string(),
  cafile: z.string().nullish(),
  proxy: z.string().nullish(),
  'https-proxy': z.string().nullish(),
})
type Config = z.infer<typeof Config>

export function createNpm({
  engine,
  namespaces,
  environment,
  budget = createConnectionBudget(),
  onRefused,
}: NpmOptions): Npm {
  const strict = engine.networkMode === 'STRICT'
  let settings: Promise<NpmSettings> | undefined
  let config: Promise<Config> | undefined
  let programEgress: Promise<ProgramEgress> | undefined

  /** The settings as npm reads them, from all its places. */
  const readConfig = async (): Promise<Config> => {
    const { env, ...files } = await own()
    const output = await runProgram({
      launcher: await endWithParent(process.execPath),
      args: [program, 'config', 'list', '--json', ...configFlags(files)],
      env: { ...env, HOME: environment.HOME || homedir(), PATH: '/usr/bin:/bin' },
      cwd: '/',
      timeoutMs: LOOK_TIMEOUT_MS,
    })
    return Config.parse(JSON.parse(output))
  }

  const open = async (): Promise<ProgramEgress> => {
    const found = await once.config()
    return openProgramEgress({
      allowList: engine.ssrfAllowList,
      ...routesOf(found, environment),
      namespaces,
      budget,
      onRefused,
    })
  }

  const own = () => (settings ??= npmSettings(environment))
  // A failure is not kept: the next caller tries again.
  const once = {
    config: () =>
      (config ??= readConfig().catch((error: unknown) => {
        config = undefined
        throw error
      })),
    programEgress: () =>
      (programEgress ??= open().catch((error: unknown) => {
        programEgress = undefined
        throw error
      })),
  }

  /** The program that npm runs in, and what comes before its own arguments. */
  const room = async (folder: string, cacheFolder: string, files: Omit<NpmSettings, 'env'>, out?: ProgramEgress) => {
    if (!namespaces) return { launcher: await endWithParent(process.execPath), args: [program] }
    const { cafile } = await once.config()
    const certificates = [cafile, environment.NODE_EXTRA_CA_CERTS, environment.SSL_CERT_FILE].filter((path) => !!path)
    const launcher = await namespaceLauncher({
      readable: [files.userConfig, files.globalConfig, entry, ownManifest, ...certificates.map(String)],
      writable: [folder, cacheFolder],
      cwd: folder,
      socketFolder: out?.socketFolder,
    })
    const forwarding = out && [entry, SANDBOX_SOCKET, new URL(out.proxyUrl).port]
    return { launcher, args: [process.execPath, ...(forwarding ?? []), program] }
  }

  const run = async (folder: string, request: InstallRequest, signal: AbortSignal): Promise<void> => {
    const { env, ...files } = await own()
    const out = strict ? await once.programEgress() : undefined
    const { cacheFolder, withArchives, timeoutMs } = request
    await mkdir(cacheFolder, { recursive: true })
    const { launcher, args } = await room(folder, cacheFolder, files, out)
    const network = out ? [`--proxy=${out.proxyUrl}`, `--https-proxy=${out.proxyUrl}`, '--noproxy='] : []
    await runProgram({
      launcher,
      args: [
        ...args,
        'install',
        ...installFlags(withArchives),
        ...configFlags(files),
        ...network,
        `--cache=${cacheFolder}`,
      ],
      env: {
        ...(out ? withoutProxies(env) : env),
        PATH: '/usr/bin:/bin',
        HOME: cacheFolder,
        TMPDIR: namespaces ? '/tmp' : cacheFolder,
      },
      ...{ cwd: folder, timeoutMs, signal },
    }).catch((error: unknown) => {
      throw error instanceof ProgramError && !error.isLost ? explain(error) : error
    })
  }

  return {
    async install(folder, request) {
      const abort = new AbortController()
      const measure = async () => {
        if ((await sizeOf(folder)) > request.maxBytes)
          abort.abort(
            new NpmError(`It needs more than ${request.maxBytes / 1024 / 1024} MB with its dependencies`, 'ESIZE'),
          )
      }
      const timer = setInterval(() => void measure().catch(() => {}), MEASURE_MS)
      try {
        await run(folder, request, abort.signal)
        await measure()
        abort.signal.throwIfAborted()
      } finally {
        clearInterval(timer)
      }
    },
    async close() {
      await (await programEgress?.catch(() => undefined))?.close()
    },
  }
}

/** Whether a cache should be made again. */
export const isTooLarge = async (cacheFolder: string): Promise<boolean> =>
  (await exists(cacheFolder)) && (await sizeOf(cacheFolder)) > MAX_CACHE_BYTES

/** @returns the registries, which are reachable whatever their address is, and the proxy in front of them. */
function routesOf(config: Config, environment: NpmOptions['environment']) {
  const exempt = Object.entries(config).flatMap(([name, value]) =>
    (name === 'registry' || name.endsWith(':registry')) && typeof value === 'string' ? value : [],
  )
  const upstream = upstreamOf({
    ...environment,
    ...(config.proxy ? { http_proxy: config.proxy } : {}),
    ...(config['https-proxy'] ? { https_proxy: config['https-proxy'] } : {}),
  })
  return { exempt, upstream }
}

/** These outrank every file of settings. */
const installFlags = (withArchives: boolean): string[] => [
  '--ignore-scripts',
  // From the registry alone, dependencies of dependencies, too.
  '--allow-git=none',
  '--allow-remote=none',
  '--allow-directory=none',
  `--allow-file=${withArchives ? 'root' : 'none'}`,
  '--git=/bin/false',
  '--omit=dev',
  '--no-workspaces',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--loglevel=error',
  '--logs-max=0',
  `--fetch-timeout=${FETCH_TIMEOUT_MS}`,
]

const configFlags = ({ userConfig, globalConfig }: Omit<NpmSettings, 'env'>): string[] => [
  `--userconfig=${userConfig}`,
  `--globalconfig=${globalConfig}`,
]

const withoutProxies = (env: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/proxy$/i.test(name)))

/** @returns the error that npm reports, without its hints at its log files. */
function explain({ message, stderr, cause }: ProgramError): NpmError {
  const code = /^npm error code (\S+)$/m.exec(stderr)?.[1] ?? codeOf(cause)
  const words = stderr
    .split('\n')
    .map((line) => line.replace(/^npm (error|warn) ?/, ''))
    .filter(
      (line) =>
        line.trim() !== '' &&
        !/complete log of this run|^Log files were not|^Unknown (user|env|project) config/.test(line),
    )
    .join('\n')
    .slice(-ERROR_LIMIT)
  if (/^it did not finish/.test(message)) return new NpmError(message.replace(/^it/, 'npm'), 'ETIMEDOUT')
  return new NpmError(words || message, code)
}

function codeOf(cause: unknown): string | undefined {
  const code: unknown = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : undefined
}
