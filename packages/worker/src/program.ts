import { spawn } from 'node:child_process'
import { APART, killGroup, meaningOf, watchDeath } from './death.ts'
import { exists } from './files.ts'
import type { Launcher } from './namespaces.ts'

export interface Program {
  launcher: Launcher
  args: readonly string[]
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>
  cwd: string
  input?: string
  timeoutMs: number
  /** Stops the program; its reason is the error. */
  signal?: AbortSignal
}

/** A program did not come to a good end. */
export class ProgramError extends Error {
  readonly stderr: string
  /** Somebody else ended it, which says nothing about its work. */
  readonly isLost: boolean
  constructor(message: string, stderr: string, isLost: boolean, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProgramError'
    this.stderr = stderr
    this.isLost = isLost
  }
}

const OUTPUT_LIMIT_CHARACTERS = 64 * 1024 * 1024
const SETPRIV = '/usr/bin/setpriv'

/**
 * Runs a program to its end. Time and output are bounded.
 * @returns what it printed to its standard output
 * @throws ProgramError, also when the program does not start
 */
export async function runProgram({ launcher, args, env, cwd, input, timeoutMs, signal }: Program): Promise<string> {
  signal?.throwIfAborted()
  const child = spawn(launcher.path, [...launcher.args, ...args], { ...APART, cwd, env, stdio: 'pipe' })
  // There are no file descriptors left, for instance: such a child has no streams either.
  if (child.pid === undefined)
    throw await new Promise<Error>((done) => child.once('error', (error) => done(notStarted(error))))
  const dead = watchDeath(child)
  let stopped: string | undefined
  const stop = (reason: string): void => {
    stopped ??= reason
    killGroup(child)
  }
  const stopForSignal = () => stop('it was stopped')
  const timer = setTimeout(() => stop(`it did not finish within ${timeoutMs / 1000} seconds`), timeoutMs)
  signal?.addEventListener('abort', stopForSignal)
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (text: string) => {
      if (printed[name].length + text.length > OUTPUT_LIMIT_CHARACTERS) stop('it printed too much')
      else printed[name] += text
    })
  // A program that ends early reads no more.
  child.stdin.on('error', () => {})
  child.stdin.end(input ?? '')
  try {
    const death = await dead
    signal?.throwIfAborted()
    if (stopped !== undefined) throw new ProgramError(stopped, printed.stderr, false)
    if (death.code === 0) return printed.stdout
    const meaning = meaningOf(death, true)
    throw new ProgramError(
      `${launcher.path} ended with ${death.signal ?? death.code}`,
      printed.stderr,
      meaning.kind === 'LOST',
    )
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stopForSignal)
  }
}

const notStarted = (cause: Error): ProgramError => new ProgramError(cause.message, '', false, { cause })

/** Starts a program so that the kernel ends it with this process, where the kernel can. */
export async function endWithParent(path: string): Promise<Launcher> {
  if (process.platform !== 'linux' || !(await exists(SETPRIV))) return { path, args: [] }
  return { path: SETPRIV, args: ['--pdeathsig', 'KILL', path] }
}
