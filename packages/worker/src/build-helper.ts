import { fileURLToPath } from 'node:url'
import { endWithParent, ProgramError, runProgram } from './program.ts'

const entry = fileURLToPath(new URL('./build-entry.ts', import.meta.url))
const TIMEOUT_MS = 5 * 60_000

/**
 * Builds something of the operator's own, the engine or a piece under development, in a process that ends with its
 * work: the library of the bundler ends a process in which it cannot start its service.
 * @returns what the build says of its result
 * @throws Error with the words of the compiler
 */
export async function runHelper(what: 'engine' | 'piece' | 'program', options: string): Promise<string> {
  return runProgram({
    launcher: await endWithParent(process.execPath),
    args: [entry, what, options],
    env: { PATH: '/usr/bin:/bin' },
    ...{ cwd: process.cwd(), timeoutMs: TIMEOUT_MS },
  }).catch((error: unknown) => {
    if (!(error instanceof ProgramError) || error.isLost) throw error
    throw new Error(error.stderr.trim() || error.message, { cause: error.cause })
  })
}
