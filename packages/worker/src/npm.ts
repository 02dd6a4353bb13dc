import { execFile } from 'node:child_process'
import { delimiter, dirname } from 'node:path'

const OUTPUT_LIMIT_BYTES = 1024 * 1024
const ERROR_LIMIT = 2000
/** A registry that is silent for so long is asked again; npm's own five minutes are longer than anybody waits. */
const FETCH_TIMEOUT_MS = 20_000

export interface InstallLimits {
  timeoutMs: number
  /** Stops the install; its reason is the error. */
  signal?: AbortSignal
}

/**
 * `npm install` in a folder that holds a package.json. Install scripts never run; time and output are bounded.
 * @throws Error with the end of npm's own words.
 */
export async function npmInstall(folder: string, { timeoutMs, signal }: InstallLimits): Promise<void> {
  const flags = [
    '--ignore-scripts',
    '--omit=dev',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
    `--fetch-timeout=${FETCH_TIMEOUT_MS}`,
  ]
  // The engine runs on this very Node: npm must resolve for it.
  const path = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
  const env = { ...npmEnvironment(), PATH: path }
  await new Promise<void>((resolve, reject) => {
    execFile(
      'npm',
      ['install', ...flags],
      {
        cwd: folder,
        env,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: OUTPUT_LIMIT_BYTES,
        ...(signal ? { signal } : {}),
      },
      (error, _stdout, stderr) => {
        if (signal?.aborted) return reject(signal.reason)
        if (!error) return resolve()
        const reason = error.killed
          ? `npm did not finish within ${timeoutMs / 1000} seconds`
          : wordsOf(stderr) || error.message
        reject(new Error(reason))
      },
    )
  })
}

/** What npm says is wrong, without its hints where its logs are. */
function wordsOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^npm (error|warn) ?/, ''))
  return lines
    .filter((line) => line.trim() !== '' && !/complete log of this run|^Unknown (user|env|project) config/.test(line))
    .join('\n')
    .slice(-ERROR_LIMIT)
}

/** npm's own settings (registry, proxies, cache, home), and nothing of the server's secrets. */
function npmEnvironment(): Record<string, string> {
  const kept =
    /^(HOME|USER|LANG|LC_.*|TMPDIR|npm_config_.*|NPM_CONFIG_.*|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => kept.test(entry[0]) && entry[1] !== undefined,
  )
  // Set by the npm that started the server, about the server's own package.
  return Object.fromEntries(
    entries.filter(([name]) => !/^npm_config_(local_prefix|prefix|globalconfig|user_agent|noproxy)$/i.test(name)),
  )
}
