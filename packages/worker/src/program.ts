import { execFile } from 'node:child_process'
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
  constructor(message: string, stderr: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProgramError'
    this.stderr = stderr
  }
}

const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024
const SETPRIV = '/usr/bin/setpriv'

/**
 * Runs a program to its end. Time and output are bounded.
 * @returns what it printed to its standard output
 * @throws ProgramError, also when the program does not start
 */
export function runProgram({ launcher, args, env, cwd, input, timeoutMs, signal }: Program): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      ...{ cwd, env, timeout: timeoutMs, maxBuffer: OUTPUT_LIMIT_BYTES },
      ...(signal ? { signal } : {}),
      killSignal: 'SIGKILL' as const,
    }
    const child = execFile(launcher.path, [...launcher.args, ...args], options, (error, stdout, stderr) => {
      if (signal?.aborted) return reject(signal.reason)
      if (!error) return resolve(stdout)
      const reason = error.killed ? `it did not finish within ${timeoutMs / 1000} seconds` : error.message
      reject(new ProgramError(reason, stderr, { cause: error }))
    })
    // Without descriptors there is no stream; a program that ends early reads no more.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })
}

/** Starts a program so that the kernel ends it with this process, where the kernel can. */
export async function endsWithUs(path: string): Promise<Launcher> {
  if (process.platform !== 'linux' || !(await exists(SETPRIV))) return { path, args: [] }
  return { path: SETPRIV, args: ['--pdeathsig', 'KILL', path] }
}
