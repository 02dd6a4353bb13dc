import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PackageRuleError, readPackages } from '@piecework/model/flow/packages'
import type { CodeAction } from '@piecework/model/flow/step'
import { CompilationError, type Compiler } from './compiler.ts'
import { contentHash, exists, readWithoutLinks, writeWhole } from './files.ts'
import { type MachineWatch, machineFaultOf } from './machine-fault.ts'
import { isTooLarge, type Npm, NpmError } from './npm.ts'
import { createSemaphore, createSharedWork, type Semaphore, type WaitLimits } from './shared-work.ts'

/** Compiles code steps; a result is kept under the hash of its source and never made twice. */
export interface CodeCompiler {
  /**
   * @param projectId whose packages it installs
   * @param hurried wait a moment for packages, and no longer
   * @returns the path of a CommonJS file. A step that does not compile gets one that throws the reason.
   * @throws PackagesUnavailableError when its packages cannot be had now; NotReadyError while they are installed
   */
  compile(
    source: CodeAction['settings']['sourceCode'],
    options: { projectId: string; hurried: boolean },
  ): Promise<string>
}

interface CompilerOptions {
  /** Holds the results, and nothing else. */
  folder: string
  /** Installs happen here. */
  buildFolder: string
  /** Holds what npm downloads, for every project in a folder of its own. */
  npmFolder: string
  /** False in modes whose code steps may not use npm packages. */
  allowPackages: boolean
  installTimeoutMs: number
  maxInstalledBytes: number
  patience: WaitLimits
  compiler: Compiler
  npm: Pick<Npm, 'install'>
  machine: Pick<MachineWatch, 'require'>
  /** A folder of the npm cache has been used. */
  onNpmCache?(folder: string): void
}

// Part of the hash: raise it when the output for the same source changes.
const FORMAT = '2'
/** Installs at a time; those of one project come one after another. */
const MAX_INSTALLS = 4

/** The codes of npm for packages that are missing or not allowed; after any other error a new attempt may succeed. */
const AUTHORS_MISTAKE = new Set([
  ...['E404', 'ETARGET', 'ENOVERSIONS', 'EINVALIDPACKAGENAME', 'EINVALIDTAGNAME', 'EUNSUPPORTEDPROTOCOL', 'ERESOLVE'],
  ...['EALLOWGIT', 'EALLOWREMOTE', 'EALLOWFILE', 'EALLOWDIRECTORY', 'EBADENGINE', 'ESIZE', 'TAR_BAD_ARCHIVE'],
])

export class PackagesUnavailableError extends Error {
  constructor(cause: NpmError) {
    super(`The npm packages of a code step cannot be installed now: ${cause.message}`, { cause })
    this.name = 'PackagesUnavailableError'
  }
}

export function createCodeCompiler(options: CompilerOptions): CodeCompiler {
  const { folder, buildFolder, npmFolder, compiler } = options
  const work = createSharedWork<string>({
    ...options.patience,
    what: 'The npm packages of a code step',
    isLasting: (error) => error instanceof PackagesUnavailableError && machineFaultOf(error) === undefined,
  })
  const installs = createSemaphore(MAX_INSTALLS)
  const ofProject = new Map<string, Semaphore>()

  return {
    async compile(source, { projectId, hurried }) {
      const hash = contentHash(FORMAT, String(options.allowPackages), source.code, source.packageJson)
      const path = join(folder, hash.slice(0, 2), `${hash}.cjs`)
      if (await exists(path)) return path
      options.machine.require()
      return work.do(hash, hurried, async () => {
        await writeWhole(path, await build(source, projectId, join(buildFolder, hash)))
        return path
      })
    },
  }

  async function build(
    source: CodeAction['settings']['sourceCode'],
    projectId: string,
    scratch: string,
  ): Promise<string> {
    try {
      const dependencies = options.allowPackages ? readPackages(source.packageJson) : {}
      if (Object.keys(dependencies).length === 0) return await compiler.transform(source.code)
      return await bundle(source.code, dependencies, projectId, scratch)
    } catch (error) {
      if (!isAuthorsMistake(error)) throw error
      return `exports.code = async () => { throw new Error(${JSON.stringify(`Compilation Error ${error.message}`)}) }\n`
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  async function bundle(
    code: string,
    dependencies: Record<string, string>,
    projectId: string,
    scratch: string,
  ): Promise<string> {
    await mkdir(scratch, { recursive: true })
    await writeFile(join(scratch, 'index.ts'), code)
    await writeFile(join(scratch, 'package.json'), JSON.stringify({ name: 'code', private: true, dependencies }))
    await inTurn(projectId, () => install(scratch, dependencies, projectId))
    return compiler.bundle(scratch, join(scratch, 'index.ts'))
  }

  async function install(scratch: string, dependencies: Record<string, string>, projectId: string): Promise<void> {
    // The first install of a set of dependencies fixes their versions for every later one of the project.
    const lockPath = join(folder, 'locks', `${contentHash(projectId, JSON.stringify(dependencies))}.json`)
    if (await exists(lockPath)) await writeFile(join(scratch, 'package-lock.json'), await readFile(lockPath))
    const cacheFolder = join(npmFolder, contentHash(projectId).slice(0, 32))
    if (await isTooLarge(cacheFolder)) await rm(cacheFolder, { recursive: true, force: true })
    try {
      const { installTimeoutMs: timeoutMs, maxInstalledBytes: maxBytes } = options
      await options.npm.install(scratch, { cacheFolder, withArchives: false, timeoutMs, maxBytes })
    } catch (error) {
      if (error instanceof NpmError && !isAuthorsMistake(error)) throw new PackagesUnavailableError(error)
      throw error
    } finally {
      options.onNpmCache?.(cacheFolder)
    }
    await writeWhole(lockPath, await readWithoutLinks(join(scratch, 'package-lock.json')))
  }

  /** A project whose packages hang waits for itself before it waits for others. */
  async function inTurn<T>(projectId: string, work: () => Promise<T>): Promise<T> {
    const own = ofProject.get(projectId) ?? createSemaphore(1)
    ofProject.set(projectId, own)
    try {
      return await own.take(() => installs.take(work))
    } finally {
      if (own.idle) ofProject.delete(projectId)
    }
  }
}

const isAuthorsMistake = (error: unknown): error is Error =>
  error instanceof CompilationError ||
  error instanceof PackageRuleError ||
  (error instanceof NpmError && error.code !== undefined && AUTHORS_MISTAKE.has(error.code))
