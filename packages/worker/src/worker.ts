import { mkdir } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { EngineConfig, EngineOperation, PieceLocation } from '@piecework/engine/protocol'
import { bundleEngine } from './bundle.ts'
import { createDiskCache } from './cache.ts'
import { createCodeCompiler } from './code.ts'
import { createCompiler } from './compiler.ts'
import { createLentConnections } from './connections.ts'
import { createMachineWatch, MachineFaultError } from './machine-fault.ts'
import { namespaceLauncher, needsNamespaces, requireNamespaces } from './namespaces.ts'
import { createEgress } from './network/egress.ts'
import { createNpm } from './npm.ts'
import { NotYetError } from './patience.ts'
import { createPieceInstaller } from './pieces.ts'
import { createSandboxPool } from './pool.ts'
import { createPreparer } from './prepare.ts'
import { PROCESS_OVERHEAD_KB, type Sandbox, SandboxGoneError, startSandbox } from './sandbox.ts'
import type { Task, TaskEvents, TaskOutcome, WorkerSource } from './task.ts'

export interface WorkerOptions {
  /** Where compiled code, pieces and the engine bundle are kept between starts. */
  cacheFolder: string
  /** How large that may become. */
  cacheLimitBytes: number
  /** Operations at one time; each has an engine process of its own. */
  concurrency: number
  memoryLimitKb: number
  /** Variables of the worker's environment that user code may see. */
  propagatedEnv: Record<string, string>
  /** Runs of a project may follow each other in one sandbox of the process modes. */
  reuseSandbox?: boolean
  engine: EngineConfig
  /** Where HTTP_PROXY and its like are read; the environment of this process unless told. */
  environment?: Readonly<Record<string, string | undefined>>
  /** Called when the egress proxy of AP_NETWORK_MODE=STRICT refuses a request. */
  onEgressRefused?(target: { host: string; port: number; reason: string }): void
  /** The machine lacks something, and the worker gives back what needs it; undefined: it has it again. */
  onMachineFault?(reason: string | undefined): void
}

/** A task that runs, and how to stop it. */
export interface RunningTask {
  /** Never rejects. */
  outcome: Promise<TaskOutcome>
  cancel(): void
}

export interface Worker {
  readonly concurrency: number
  readonly busy: number
  execute(task: Task, events: TaskEvents): RunningTask
  /**
   * Makes sure that the execution mode works on this machine; to be called before the first task.
   * @throws NamespacesUnavailableError
   */
  check(): Promise<void>
  /** Connections have changed: those that are kept are asked for again. */
  forgetConnections(): void
  /** Starts the first engine process ahead of need. */
  warm(): Promise<void>
  close(): Promise<void>
}

const INSTALL_TIMEOUT_MS = 5 * 60_000
/** Of one piece, or of the packages of one code step. */
const MAX_INSTALLED_BYTES = 512 * 1024 * 1024
/** A run waits so long for an install; then its slot is for others, until the install is over. */
const PATIENCE_MS = 10_000
/** An install that failed is not tried again for so long. */
const REMEMBER_FAILURE_MS = 60_000
const INSTALL_RETRY_MS = 1000
const MACHINE_RETRY_MS = 5000
const IDLE_SANDBOX_MS = 5 * 60_000
// A process that has grown past this share of its limit is replaced while nobody waits for it.
const RETIRE_SHARE = 0.7
/** Idle processes beside those of the slots, and what they may take of the memory: each has about 64 MB. */
const IDLE_PER_SLOT = 3
const IDLE_MEMORY_SHARE = 0.2
const IDLE_PROCESS_BYTES = 64 * 1024 * 1024
/** Sandboxes tried for one operation, when they are killed before it begins. */
const MAX_SEATS = 3

export function createWorker(options: WorkerOptions, source: WorkerSource): Worker {
  const { executionMode, networkMode } = options.engine
  const namespaces = needsNamespaces(executionMode)
  const inCache = (name: string) => join(options.cacheFolder, name)
  const machine = createMachineWatch({
    folder: options.cacheFolder,
    onFault: (reason) => options.onMachineFault?.(reason),
    onRecovered: () => options.onMachineFault?.(undefined),
  })
  const environment = options.environment ?? process.env
  const npm = createNpm({ engine: options.engine, namespaces, environment, onRefused: options.onEgressRefused })
  const onNpmCache = (folder: string) => cache.changed(folder)
  const installs = {
    installTimeoutMs: INSTALL_TIMEOUT_MS,
    maxInstalledBytes: MAX_INSTALLED_BYTES,
    patience: { patienceMs: PATIENCE_MS, rememberMs: REMEMBER_FAILURE_MS },
    ...{ npm, machine, onNpmCache },
  }
  const codes = createCodeCompiler({
    folder: inCache('codes'),
    buildFolder: inCache('builds'),
    npmFolder: inCache('npm'),
    allowPackages: executionMode === 'UNSANDBOXED' || executionMode === 'SANDBOX_PROCESS',
    compiler: createCompiler({ namespaces, scratchFolder: inCache('scratch') }),
    ...installs,
  })
  const pieces = createPieceInstaller({
    folder: inCache('pieces'),
    npmFolder: inCache('npm/pieces'),
    source,
    ...installs,
  })
  const preparer = createPreparer({ source, codes, pieces })
  const connections = createLentConnections(source)
  /** The parts of the cache that each sandbox has been given. */
  const given = new Map<Sandbox, Set<string>>()
  const cache = createDiskCache({
    folder: options.cacheFolder,
    limitBytes: options.cacheLimitBytes,
    held() {
      for (const [sandbox, parts] of given) {
        if (sandbox.alive) continue
        given.delete(sandbox)
        // It may have used them until now.
        cache.use(parts)
      }
      return new Set([...given.values()].flatMap((parts) => [...parts]))
    },
    endIdle: () => pool.endIdle(),
    onRemoved: preparer.forget,
  })
  const give = (sandbox: Sandbox, paths: string[]): void => {
    const parts = given.get(sandbox) ?? new Set()
    given.set(sandbox, parts)
    for (const part of cache.use(paths)) parts.add(part)
  }
  const cwd = inCache('scratch')
  const egress = createEgress({
    engine: options.engine,
    env: environment,
    namespaces,
    onRefused: options.onEgressRefused,
  })
  const readable = ['bundles', 'codes', 'pieces'].map(inCache)

  const reuse = namespaces ? (options.reuseSandbox ? 'PROJECT' : 'NOBODY') : 'ANYBODY'
  const pool = createSandboxPool({
    size: options.concurrency,
    retireAboveKb: (options.memoryLimitKb + PROCESS_OVERHEAD_KB) * RETIRE_SHARE,
    idleMs: IDLE_SANDBOX_MS,
    maxProcesses: maxProcesses(options.concurrency),
    reuse,
    start: () =>
      cache.during(async () => {
        for (const folder of [cwd, ...readable]) await mkdir(folder, { recursive: true })
        const { config, env, socketFolder } = await egress.way()
        const enginePath = await bundleEngine(inCache('bundles'))
        const sandbox = await startSandbox({
          enginePath,
          config: reuse === 'NOBODY' ? { ...config, usedOnce: true } : config,
          memoryLimitKb: options.memoryLimitKb,
          env: { ...sandboxEnvironment(options.propagatedEnv, cwd), ...env, ...(namespaces ? { TMPDIR: '/tmp' } : {}) },
          cwd,
          launcher: namespaces ? await namespaceLauncher({ readable, cwd, socketFolder }) : undefined,
        })
        give(sandbox, [enginePath])
        return sandbox
      }),
  })

  /** Uploaded pieces are code of those who may upload: like code of a flow, it is kept from other projects. */
  const claimFor = (task: Task, sandbox: Sandbox): void => {
    const sources = [task.piece?.source, ...Object.values(task.version?.pieces ?? {})]
    if (sources.some((source) => source?.type === 'ARCHIVE')) sandbox.claim()
  }

  /** The operation with code and pieces in place; a version that the sandbox holds travels by its key alone. */
  const place = async (task: Task, sandbox: Sandbox): Promise<EngineOperation> => {
    const { operation } = task
    if (operation.type === 'EXECUTE_FLOW' || operation.type === 'EXECUTE_TRIGGER_HOOK') {
      if (!task.version) throw new Error(`${operation.type} needs a flow version`)
      if (operation.type === 'EXECUTE_FLOW' && sandbox.versions.get(task.version.key))
        return { ...operation, prepared: { key: task.version.key } }
      const prepared = await preparer.prepare(task.version, {
        projectId: operation.projectId,
        hurried: task.mayWait === true,
      })
      give(sandbox, filesOf(prepared.codes, prepared.pieces))
      if (operation.type === 'EXECUTE_TRIGGER_HOOK') return { ...operation, prepared }
      sandbox.versions.set(task.version.key, true)
      return { ...operation, prepared }
    }
    if (!task.piece) throw new Error(`${operation.type} needs a piece`)
    const piece = await pieces.install(task.piece, { hurried: false })
    give(sandbox, filesOf({}, { piece }))
    return { ...operation, piece }
  }

  /** A sandbox that is there, with all that the task needs. One that was killed meanwhile gives way to another. */
  const seat = async (task: Task): Promise<{ sandbox: Sandbox; operation: EngineOperation }> => {
    for (let attempt = 1; ; attempt++) {
      let sandbox: Sandbox | undefined
      try {
        sandbox = await pool.acquire({
          versionKey: task.version?.key,
          projectId: task.operation.projectId,
          isRun: task.operation.type === 'EXECUTE_FLOW',
        })
        const seated = sandbox
        claimFor(task, seated)
        const operation = await cache.during(() => place(task, seated))
        if (!sandbox.alive) throw new SandboxGoneError('The engine process ended before the operation began')
        return { sandbox, operation }
      } catch (error) {
        if (sandbox) pool.release(sandbox)
        if (!(error instanceof SandboxGoneError) || attempt === MAX_SEATS) throw error
      }
    }
  }

  const run = async (
    task: Task,
    events: TaskEvents,
    state: { canceled: boolean; cancel?: () => void },
  ): Promise<TaskOutcome> => {
    let sandbox: Sandbox | undefined
    try {
      const seated = await seat(task)
      sandbox = seated.sandbox
      if (state.canceled) return { kind: 'CANCELED' }
      state.cancel = sandbox.cancel
      const { projectId, platformId } = task.operation
      const connection = (externalId: string) => connections.get({ projectId, platformId, externalId })
      const outcome = await sandbox.execute(seated.operation, { ...events, connection }, task.timeoutMs)
      if (task.piece && task.operation.type === 'EXTRACT_PIECE_METADATA' && !isPiece(outcome))
        await pieces.remove(task.piece)
      return outcome
    } catch (error) {
      return notBegun(machine.judge(error))
    } finally {
      if (sandbox) pool.release(sandbox)
      // What nobody could let go before, an idle sandbox does now.
      void cache.tidy().catch(() => {})
    }
  }

  return {
    concurrency: options.concurrency,
    get busy() {
      return pool.busy
    },
    execute(task, events) {
      const state: { canceled: boolean; cancel?: () => void } = { canceled: false }
      return {
        outcome: run(task, events, state),
        cancel: () => {
          state.canceled = true
          state.cancel?.()
        },
      }
    },
    forgetConnections: connections.forget,
    check: () => requireNamespaces(executionMode, networkMode),
    warm: () => pool.warm(1),
    async close() {
      await pool.close()
      machine.close()
      await npm.close()
      await egress.close()
    },
  }
}

/**
 * Processes at one time: besides those of the slots, idle ones of projects that may come back, as long as they take no
 * more than a share of the memory that this machine gives.
 */
function maxProcesses(slots: number): number {
  const memory = process.constrainedMemory() || totalmem()
  const affordable = Math.floor((Math.min(memory, totalmem()) * IDLE_MEMORY_SHARE) / IDLE_PROCESS_BYTES)
  return slots + Math.min(IDLE_PER_SLOT * slots, affordable)
}

/** What became of a task that could not be prepared. */
function notBegun(error: unknown): TaskOutcome {
  const message = error instanceof Error ? error.message : String(error)
  const ofMachine = error instanceof MachineFaultError
  if (!ofMachine && !(error instanceof NotYetError)) return { kind: 'CRASHED', message }
  return { kind: 'GIVEN_BACK', message, retryAfterMs: ofMachine ? MACHINE_RETRY_MS : INSTALL_RETRY_MS, ofMachine }
}

/** The files among what a sandbox is given; built-in pieces are part of the engine. */
const filesOf = (codes: Record<string, string>, pieces: Record<string, PieceLocation>): string[] => [
  ...Object.values(codes),
  ...Object.values(pieces).flatMap((piece) => ('file' in piece ? piece.file : [])),
]

/** Whether what was installed turned out to be a piece. */
function isPiece(outcome: TaskOutcome): boolean {
  if (outcome.kind !== 'RESULT') return false
  const { result } = outcome.message
  return result.type === 'EXTRACT_PIECE_METADATA' && result.status === 'OK'
}

/** Nothing of the server's environment but the way to programs, the time zone, and what the operator chose. */
function sandboxEnvironment(propagated: Record<string, string>, home: string): Record<string, string> {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    TMPDIR: process.env.TMPDIR ?? '/tmp',
    LANG: 'C.UTF-8',
    TZ: process.env.TZ ?? 'UTC',
    NODE_ENV: 'production',
    ...propagated,
  }
}
