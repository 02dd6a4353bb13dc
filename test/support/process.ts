import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = new URL('../../', import.meta.url).pathname

/** A server as an operator runs it: a process of its own, in a process group of its own. */
export interface ServerProcess {
  /** Ends with `/api`. */
  base: string
  pid: number
  /** Milliseconds from the start of the process to its readiness. */
  startMs: number
  /** Kills the whole process tree at once, as a crash of the machine does. */
  kill(): Promise<void>
  /** Ends it as an operator does. */
  stop(): Promise<number | null>
  /** What it logged. */
  output(): string
}

/** Starts the server on a free port (or the given one) and waits until it is ready. */
export async function startServer(configPath: string, env: Record<string, string> = {}): Promise<ServerProcess> {
  const began = performance.now()
  const child = spawn(process.execPath, [join(ROOT, 'apps/server/src/main.ts')], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AP_CONFIG_PATH: configPath,
      AP_PORT: '0',
      AP_HOST: '127.0.0.1',
      ...env,
    },
  })
  const { port, output } = await readiness(child)
  const { pid } = child
  if (pid === undefined) throw new Error('the server has no process id')
  const gone =
    child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode])
  return {
    base: `http://127.0.0.1:${port}/api`,
    pid,
    startMs: performance.now() - began,
    output,
    async kill() {
      process.kill(-pid, 'SIGKILL')
      await gone
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await gone
      return code
    },
  }
}

function readiness(child: ChildProcess): Promise<{ port: number; output: () => string }> {
  let text = ''
  const collect = (line: string) => {
    text = `${text}${line}\n`.slice(-100_000)
  }
  return new Promise((resolve, reject) => {
    if (!child.stdout || !child.stderr) throw new Error('the server has no output')
    createInterface(child.stderr).on('line', collect)
    createInterface(child.stdout).on('line', (line) => {
      collect(line)
      const port = /"port":(\d+).*"Piecework is ready"/.exec(line)?.[1]
      if (port) resolve({ port: Number(port), output: () => text })
    })
    child.once('exit', (code, signal) =>
      reject(new Error(`the server ended at its start (${signal ?? code}): ${text}`)),
    )
  })
}

/** A folder of its own for one server's data. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'piecework-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
