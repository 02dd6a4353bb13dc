import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { EngineConfig } from '@piecework/engine/protocol'
import { createCodeCompiler } from './code.ts'
import { createCompiler } from './compiler.ts'
import { createConnectionCache } from './connections.ts'
import { createGivenParts } from './given-parts.ts'
import { createMachineWatch, MachineFaultError } from './machine-fault.ts'
import { needsNamespaces, requireNamespaces } from './namespaces.ts'
import { createConnectionBudget } from './network/connection-budget.ts'
import { createEgress } from './network/egress.ts'
import type { Refused } from './network/egress-proxy.ts'
import { createNpm } from './npm.ts'
import { createPieceInstaller } from './pieces.ts'
import { createSandboxPool, type Reuse } from './pool.ts'
import { createPreparer } from './prepare.ts'
import { ProgramError } from './program.ts'
import { PROCESS_OVERHEAD_KB, type Sandbox, SandboxGoneError } from './sandbox.ts'
import { createSandboxStart } from './sandbox-start.ts'
import { createSeats } from './seat.ts'
import { NotReadyError } from './shared-work.ts'
import type { Task, TaskEvents, TaskOutcome, WorkerSource } from './task.ts'

export interface WorkerOptions {
  /** The folder of compiled code, pieces and the engine bundle; it outlives a restart. */
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
  /** The variables that may hold HTTP_PROXY and its like; by default the environment of this process. */
  environment?: Readonly<Record<string, string | undefined>>
  /** Called when the egress proxy of AP_NETWORK_MODE=STRICT refuses a request. */
  onEgressRefused?(refused: Refused): void
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
/** The largest size of one piece, or of the packages of one code step. */
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
/** Idle processes besides those of the slots, and their largest share of the memory: each needs about 64 MB. */
const IDLE_PER_SLOT = 3
const IDLE_MEMORY_SHARE = 0.2
const IDLE_PROCESS_BYTES = 64 * 1024 * 1024

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
  const ways = {
    engine: options.engine,
    namespaces,
    budget: createConnectionBudget(),
    onRefused: options.onEgressRefused,
  }
  const npm = createNpm({ ...ways, environment })
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
  const connections = createConnectionCache(source)
  const { cache, give } = createGivenParts({
    folder: options.cacheFolder,
    limitBytes: options.cacheLimitBytes,
    endIdle: () => pool.endIdle(),
    onRemoved: preparer.forget,
  })
  const egress = createEgress({ ...ways, env: environment })

  const reuse: Reuse = namespaces ? (options.reuseSandbox ? 'PROJECT' : 'NOBODY') : 'ANYBODY'
  const pool = createSandboxPool({
    size: options.concurrency,
    retireAboveKb: (options.memoryLimitKb + PROCESS_OVERHEAD_KB) * RETIRE_SHARE,
    idleMs: IDLE_SANDBOX_MS,
    maxProcesses: maxProcesses(options.concurrency),
    reuse,
    start: createSandboxStart({ options, reuse, namespaces, egress, cache, give }),
  })

  const seat = createSeats({ pool, cache, give, preparer, pieces })

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
      // A sandbox that is idle by now no longer holds parts that were in use before.
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

/** @returns the outcome of a task that could not be prepared. */
function notBegun(error: unknown): TaskOutcome {
  const message = error instanceof Error ? error.message : String(error)
  const isLost = (error instanceof SandboxGoneError || error instanceof ProgramError) && error.isLost
  if (isLost) return { kind: 'LOST', message }
  const ofMachine = error instanceof MachineFaultError
  if (!ofMachine && !(error instanceof NotReadyError)) return { kind: 'CRASHED', message }
  return { kind: 'GIVEN_BACK', message, retryAfterMs: ofMachine ? MACHINE_RETRY_MS : INSTALL_RETRY_MS, ofMachine }
}

/** Whether what was installed turned out to be a piece. */
function isPiece(outcome: TaskOutcome): boolean {
  if (outcome.kind !== 'RESULT') return false
  const { result } = outcome.message
  return result.type === 'EXTRACT_PIECE_METADATA' && result.status === 'OK'
}
