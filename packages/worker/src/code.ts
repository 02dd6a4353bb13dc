import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { CodeAction } from '@piecework/model/flow/step'
import type { Plugin } from 'esbuild'
import { z } from 'zod'
import { withEsbuild } from './esbuild.ts'
import { contentHash, exists, sharedByKey, writeWhole } from './files.ts'
import { npmInstall } from './npm.ts'

/** Compiles code steps; a result is kept under the hash of its source and never made twice. */
export interface CodeCompiler {
  /**
   * @returns the path of a CommonJS file. A step that does not compile gets one that throws the reason.
   * @throws PackagesUnavailableError when its packages cannot be had now; nothing is kept of it, so it may be tried again
   */
  compile(source: CodeAction['settings']['sourceCode']): Promise<string>
}

interface CompilerOptions {
  folder: string
  /** False in modes whose code steps may not use npm packages. */
  allowPackages: boolean
  installTimeoutMs: number
}

// Part of the hash: raise it when the output for the same source changes.
const FORMAT = '1'

/** What npm says of packages and versions that do not exist; anything else may go better the next time. */
const AUTHORS_MISTAKE =
  /\b(E404|ETARGET|ENOVERSIONS|EINVALIDPACKAGENAME|EINVALIDTAGNAME|EUNSUPPORTEDPROTOCOL|ERESOLVE)\b/

export class PackagesUnavailableError extends Error {
  constructor(reason: string) {
    super(`The npm packages of a code step cannot be installed now: ${reason}`)
    this.name = 'PackagesUnavailableError'
  }
}

/** Packages that are not from a registry or another server. */
const OF_THIS_MACHINE = /^\s*(file:|link:|git\+file:|workspace:|[./~\\])/i

const PackageJson = z.looseObject({ dependencies: z.record(z.string(), z.string()).optional() })

export function createCodeCompiler({ folder, allowPackages, installTimeoutMs }: CompilerOptions): CodeCompiler {
  const once = sharedByKey<string>()
  return {
    compile(source) {
      const hash = contentHash(FORMAT, String(allowPackages), source.code, source.packageJson)
      const path = join(folder, hash.slice(0, 2), `${hash}.cjs`)
      return once(hash, async () => {
        if (await exists(path)) return path
        await writeWhole(path, await build(source, join(folder, 'build', hash)))
        return path
      })
    },
  }

  async function build(source: CodeAction['settings']['sourceCode'], scratch: string): Promise<string> {
    try {
      const dependencies = allowPackages ? readDependencies(source.packageJson) : {}
      if (Object.keys(dependencies).length === 0) return await transform(source.code)
      return await bundle(source.code, dependencies, scratch)
    } catch (error) {
      if (error instanceof PackagesUnavailableError) throw error
      const message = `Compilation Error ${error instanceof Error ? error.message : String(error)}`
      return `exports.code = async () => { throw new Error(${JSON.stringify(message)}) }\n`
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  async function bundle(code: string, dependencies: Record<string, string>, scratch: string): Promise<string> {
    await mkdir(scratch, { recursive: true })
    const entry = join(scratch, 'index.ts')
    await writeFile(entry, code)
    await writeFile(join(scratch, 'package.json'), JSON.stringify({ name: 'code', private: true, dependencies }))
    // The first install of a set of dependencies fixes their versions for every later one.
    const lockPath = join(folder, 'locks', `${contentHash(JSON.stringify(dependencies))}.json`)
    if (await exists(lockPath)) await writeFile(join(scratch, 'package-lock.json'), await readFile(lockPath))
    await npmInstall(scratch, { timeoutMs: installTimeoutMs }).catch((error: Error) => {
      throw AUTHORS_MISTAKE.test(error.message) ? error : new PackagesUnavailableError(error.message)
    })
    await writeWhole(lockPath, await readFile(join(scratch, 'package-lock.json')))
    const ownFiles = filesOf(await realpath(scratch))
    const built = await withEsbuild(({ build }) =>
      build({
        entryPoints: [entry],
        bundle: true,
        write: false,
        platform: 'node',
        format: 'cjs',
        target: 'node24',
        logLevel: 'silent',
        absWorkingDir: scratch,
        plugins: [ownFiles],
      }),
    )
    const [output] = built.outputFiles
    if (!output) throw new Error('nothing was built')
    return output.text
  }
}

/** Code is built outside its sandbox: it may take in what is its own, and no other file of this machine. */
const filesOf = (home: string): Plugin => ({
  name: 'own-files',
  setup(build) {
    build.onLoad({ filter: /.*/ }, async ({ path }) => {
      if ((await realpath(path)).startsWith(home + sep)) return undefined
      return { errors: [{ text: `${path} is neither part of this step nor of its packages` }] }
    })
  },
})

async function transform(code: string): Promise<string> {
  const { code: output } = await withEsbuild((compiler) =>
    compiler.transform(code, {
      loader: 'ts',
      format: 'cjs',
      target: 'node24',
      sourcefile: 'code.ts',
      logLevel: 'silent',
    }),
  )
  return output
}

function readDependencies(packageJson: string): Record<string, string> {
  if (packageJson.trim() === '') return {}
  let parsed: unknown
  try {
    parsed = JSON.parse(packageJson)
  } catch (error) {
    throw new Error(`package.json is not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const result = PackageJson.safeParse(parsed)
  if (!result.success) throw new Error('package.json must be an object whose dependencies map names to versions')
  const { dependencies = {} } = result.data
  const foreign = Object.entries(dependencies).find(([, version]) => OF_THIS_MACHINE.test(version))
  if (foreign) throw new Error(`the package ${foreign.join(' ')} would come from the disk of the worker`)
  return dependencies
}
