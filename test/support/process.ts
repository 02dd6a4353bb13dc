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
  /** Kills the whole process tree at once, as a crash of the machine does, or the process alone. */
  kill(what?: 'tree' | 'process'): Promise<void>
  /** Ends it as an operator does. */
  stop(): Promise<number | null>
  /** Resolves when it has ended, for whatever reason. */
  ended: Promise<unknown>
  /** The log so far. */
  output(): string
}

/**
 * Starts the server on a free port (or the given one) and waits until it is ready.
 * @param wrapper a command that runs it, such as one that makes a namespace.
 * @param main another file to start, such as that of a changed copy.
 */
export async function startServer(
  configPath: string,
  env: Record<string, string> = {},
  wrapper: readonly string[] = [],
  main: string = MAIN,
): Promise<ServerProcess> {
  const began = performance.now()
  const child = launch(configPath, { AP_PORT: '0', AP_HOST: '127.0.0.1', ...env }, wrapper, main)
  const { port, output } = await readiness(child)
  return {
    ...control(child),
    base: `http://127.0.0.1:${port}/api`,
    startMs: performance.now() - began,
    output,
  }
}

export type WorkerProcess = Omit<ServerProcess, 'base'>

/** Starts a separate worker and waits until it says what is expected. */
export async function startWorker(
  configPath: string,
  env: Record<string, string>,
  expected = /"connected to the app"/,
  wrapper: readonly string[] = [],
): Promise<WorkerProcess> {
  const began = performance.now()
  const child = launch(configPath, { AP_CONTAINER_TYPE: 'WORKER', ...env }, wrapper)
  const output = await said(child, expected)
  return { ...control(child), startMs: performance.now() - began, output }
}

const MAIN = join(ROOT, 'apps/server/src/main.ts')

function launch(
  configPath: string,
  env: Record<string, string>,
  wrapper: readonly string[] = [],
  main = MAIN,
): ChildProcess {
  const [program = '', ...args] = [...wrapper, process.execPath, main]
  return spawn(program, args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The third as `npm start` sets it; tests that want the browser app build it themselves.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AP_CONFIG_PATH: configPath,
      MALLOC_TRIM_THRESHOLD_: '131072',
      AP_WEB_BUILD: 'false',
      // Tests end processes and not the power; benchmarks measure what operators have.
      ...(process.env.VITEST ? { AP_PGLITE_FSYNC: 'false' } : {}),
      ...env,
    },
  })
}

/** How to end a process and its children. */
function control(child: ChildProcess): Pick<ServerProcess, 'pid' | 'kill' | 'stop' | 'ended'> {
  const { pid } = child
  if (pid === undefined) throw new Error('The server has no process id')
  const gone =
    child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode])
  return {
    pid,
    ended: gone,
    async kill(what = 'tree') {
      process.kill(what === 'tree' ? -pid : pid, 'SIGKILL')
      await gone
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await gone
      return code
    },
  }
}

async function readiness(child: ChildProcess): Promise<{ port: number; output: () => string }> {
  const ready = /"port":(\d+).*"Piecework is ready"/
  const output = await said(child, ready)
  return { port: Number(ready.exec(output())?.[1]), output }
}

/** Resolves, with a way to read the output, once a line of it matches. */
function said(child: ChildProcess, expected: RegExp): Promise<() => string> {
  let text = ''
  return new Promise((resolve, reject) => {
    if (!child.stdout || !child.stderr) throw new Error('The server has no output')
    const collect = (line: string) => {
      text = `${text}${line}\n`.slice(-100_000)
      if (expected.test(line)) resolve(() => text)
    }
    createInterface(child.stderr).on('line', collect)
    createInterface(child.stdout).on('line', collect)
    child.once('exit', (code, signal) =>
      reject(new Error(`The server ended at its start (${signal ?? code}): ${text}`)),
    )
  })
}

/** A command that runs another one with a disk of its own, of so many megabytes, in place of the folder. */
export function withDisk(path: string, megabytes: number): string[] {
  const mount = `mkdir -p "${path}" && mount -t tmpfs -o size=${megabytes}m tmpfs "${path}" && exec "$@"`
  return ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', mount, 'sh']
}

/** The disk of a process that was started so, as seen from here. */
export const diskOf = ({ pid }: { pid: number }, path: string): string => join('/proc', String(pid), 'root', path)

/** A folder of its own for one server's data. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'piecework-'))
  // Children of a server that was killed may still write for a moment.
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }) }
}
