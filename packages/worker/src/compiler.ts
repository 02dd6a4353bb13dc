import { realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve, sep } from 'node:path'
import { z } from 'zod'
import { readWithoutLinks } from './files.ts'
import { namespaceLauncher } from './namespaces.ts'
import { endWithParent, ProgramError, runProgram } from './program.ts'

/** The code is wrong, and stays so. */
export class CompilationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CompilationError'
  }
}

/** Turns the TypeScript of tenants into CommonJS. */
export interface Compiler {
  /** @throws CompilationError */
  transform(code: string): Promise<string>
  /**
   * Takes in all that the entry imports. A file outside of the folder is refused.
   * @param folder holds the entry and its packages
   * @throws CompilationError
   */
  bundle(folder: string, entry: string): Promise<string>
}

interface CompilerOptions {
  /** Programs get kernel namespaces of their own. */
  namespaces: boolean
  /** An empty folder. */
  scratchFolder: string
}

const TIMEOUT_MS = 60_000
const METAFILE = 'inputs.json'
const OUTFILE = 'bundle.cjs'

const require = createRequire(import.meta.url)
const Metafile = z.looseObject({ inputs: z.record(z.string(), z.unknown()) })

/** esbuild as a program: it ends with its work, and has no service that outlives it. */
export function createCompiler({ namespaces, scratchFolder }: CompilerOptions): Compiler {
  const run = async (cwd: string, writable: string[], args: string[], input?: string): Promise<string> => {
    const program = esbuildProgram()
    const launcher = namespaces
      ? await namespaceLauncher({ readable: [program], writable, cwd, offline: true, socketFolder: undefined })
      : await endWithParent(program)
    return runProgram({
      launcher,
      args: [...(namespaces ? [program] : []), ...args, ...COMMON],
      env: { PATH: '/usr/bin:/bin', HOME: cwd, TMPDIR: namespaces ? '/tmp' : cwd },
      ...{ cwd, timeoutMs: TIMEOUT_MS },
      ...(input === undefined ? {} : { input }),
    }).catch((error: unknown) => {
      throw error instanceof ProgramError && !error.isLost ? explain(error) : error
    })
  }

  return {
    transform: (code) => run(scratchFolder, [], ['--loader=ts', '--sourcefile=code.ts'], code),
    async bundle(folder, entry) {
      const metafile = join(folder, METAFILE)
      const outfile = join(folder, OUTFILE)
      const files = [`--outfile=${outfile}`, `--metafile=${metafile}`]
      await run(folder, [folder], [entry, '--bundle', '--platform=node', ...files])
      const text = await readWithoutLinks(metafile)
      const home = await realpath(folder)
      for (const input of Object.keys(Metafile.parse(JSON.parse(text)).inputs)) {
        const path = resolve(home, input)
        if (!path.startsWith(home + sep))
          throw new CompilationError(`${path} is neither part of this step nor of its packages`)
      }
      return readWithoutLinks(outfile)
    },
  }
}

const COMMON = [
  '--format=cjs',
  '--target=node24',
  '--log-level=error',
  '--log-limit=10',
  '--color=false',
  // No settings that lie in the folders above.
  '--tsconfig-raw={}',
]

/** The program itself, as the package for this platform has it. */
function esbuildProgram(): string {
  const home = createRequire(require.resolve('esbuild/package.json'))
  const name = process.platform === 'win32' ? 'esbuild.exe' : 'bin/esbuild'
  return home.resolve(`@esbuild/${process.platform}-${process.arch}/${name}`)
}

/** `file:line:column: ERROR: text`, a line each, from what is made for eyes. */
function explain(failure: ProgramError): Error {
  const { stderr } = failure
  const found = [...stderr.matchAll(/^✘ \[ERROR\] (.*)\n(?:\n {4}(\S[^\n]*:\d+:\d+):)?/gm)]
  if (/Failed to write to output file: .*no space left on device/.test(stderr))
    return Object.assign(new Error('The disk is full'), { code: 'ENOSPC' })
  if (found.length === 0) return new Error(stderr.trim() || failure.message, { cause: failure.cause })
  const lines = found.map(([, text = '', place]) => `${place === undefined ? '' : `${place}: `}ERROR: ${text}`)
  return new CompilationError(lines.join('\n'))
}
