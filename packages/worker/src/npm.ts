import { execFile } from 'node:child_process'
import { delimiter, dirname } from 'node:path'

const OUTPUT_LIMIT_BYTES = 1024 * 1024

/**
 * `npm install` in a folder that holds a package.json. Install scripts never run; time and output are bounded.
 * @throws Error with the end of npm's own words.
 */
export async function npmInstall(folder: string, timeoutMs: number): Promise<void> {
  const flags = ['--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error']
  // The engine runs on this very Node: npm must resolve for it.
  const path = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
  const env = { ...npmEnvironment(), PATH: path }
  await new Promise<void>((resolve, reject) => {
    execFile(
      'npm',
      ['install', ...flags],
      { cwd: folder, env, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: OUTPUT_LIMIT_BYTES },
      (error, _stdout, stderr) => {
        if (!error) return resolve()
        const reason = error.killed
          ? `npm did not finish within ${timeoutMs} ms`
          : stderr.trim().slice(-2000) || error.message
        reject(new Error(reason))
      },
    )
  })
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
