import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '@piecework/server/testing/free-port'
import { until } from '../../test/support/client.ts'

/** Servers that a benchmark starts itself, because it kills them. */

const run = promisify(execFile)
const RETRY_MS = 200

export interface OwnPostgres {
  url: string
  /** Process id of the postmaster. */
  pid(): Promise<number>
  /** Restarts in immediate mode: nothing is finished, and the next start recovers. */
  restartImmediately(): Promise<void>
  /** SIGKILL of the postmaster, then a start that recovers. */
  killAndStart(): Promise<void>
  stop(): Promise<void>
}

/** A separate cluster in a temporary folder, with the default durability of PostgreSQL. */
export async function startPostgres(): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-postgres-'))
  const bin = await newestBinaries()
  const asRoot = process.getuid?.() === 0
  const unprivileged = (program: string, args: string[]) => {
    const command = join(bin, program)
    // The server refuses to run as root. Its output must not be a pipe, which it would keep open.
    const [file, all] = asRoot ? ['runuser', ['-u', 'postgres', '--', command, ...args]] : [command, args]
    return new Promise<void>((resolve, reject) => {
      const child = spawn(file, all, { cwd: folder, stdio: 'ignore' })
      child.once('error', reject)
      child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))))
    })
  }
  if (asRoot) {
    const [user, group] = await Promise.all(
      ['-u', '-g'].map(async (of) => Number((await run('id', [of, 'postgres'])).stdout)),
    )
    await chown(folder, user ?? 0, group ?? 0)
  }
  const data = join(folder, 'data')
  const port = await freePort()
  const settings = `-p ${port} -h 127.0.0.1 -k ${folder} -c max_connections=200`
  const control = (...args: string[]) => unprivileged('pg_ctl', ['-D', data, '-l', join(folder, 'log'), '-w', ...args])
  const start = () => control('-o', settings, 'start')
  const pid = async () => Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0])
  await unprivileged('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'])
  await start()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pid,
    restartImmediately: () => control('-o', settings, '-m', 'immediate', 'restart'),
    async killAndStart() {
      process.kill(await pid(), 'SIGKILL')
      // It cannot start until the last of the old processes has exited.
      await until(() =>
        start().then(
          () => true,
          () => sleep(RETRY_MS, false),
        ),
      )
    },
    async stop() {
      await control('-m', 'immediate', 'stop').catch(() => {})
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Debian keeps the programs of the server outside PATH, in a folder for each version. */
async function newestBinaries(): Promise<string> {
  const root = '/usr/lib/postgresql'
  const versions = await readdir(root).catch(() => [])
  const newest = versions.toSorted((a, b) => Number(a) - Number(b)).at(-1)
  if (newest !== undefined) return join(root, newest, 'bin')
  const { stdout } = await run('pg_config', ['--bindir'])
  return stdout.trim()
}

export interface OwnRedis {
  url: string
  pid(): number
  wipe(): Promise<void>
  /** SIGKILL; it starts again empty. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** A Redis that keeps nothing on disk. */
export async function startRedis(): Promise<OwnRedis> {
  const port = await freePort()
  const cli = (command: string) => run('redis-cli', ['-p', String(port), command])
  let child: ChildProcess | undefined
  const start = async () => {
    child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
      stdio: 'ignore',
      cwd: tmpdir(),
    })
    await until(() =>
      cli('ping').then(
        () => true,
        () => sleep(RETRY_MS, false),
      ),
    )
  }
  const stop = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: () => child?.pid ?? 0,
    async wipe() {
      await cli('flushall').catch(() => {})
    },
    async restart() {
      await stop()
      await start()
    },
    stop,
  }
}
