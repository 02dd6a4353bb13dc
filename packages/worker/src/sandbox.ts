import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { CHANNEL_FD } from '@piecework/engine/channel/descriptor'
import { BadFrameError } from '@piecework/engine/channel/frames'
import { maxMessageBytes } from '@piecework/engine/channel/limits'
import type {
  ConnectionAnswer,
  EngineConfig,
  EngineOperation,
  EngineResult,
  FromEngine,
} from '@piecework/engine/protocol'
import { usesIsolates } from '@piecework/engine/sandbox/uses-isolates'
import { LRUCache } from 'lru-cache'
import { APART, killGroup, meaningOf, watchDeath } from './death.ts'
import { openEngineChannel } from './engine-channel.ts'
import type { Launcher } from './namespaces.ts'
import { endWithParent } from './program.ts'
import type { TaskEvents, TaskOutcome } from './task.ts'

/** The reports and questions of an operation while it runs. */
export interface SandboxEvents extends TaskEvents {
  /** Never rejects. */
  connection(externalId: string): Promise<ConnectionAnswer>
}

export interface SandboxOptions {
  /** The bundled engine. */
  enginePath: string
  config: EngineConfig
  memoryLimitKb: number
  /** The whole environment of the process: nothing is inherited. */
  env: Record<string, string>
  /** Working directory of user code. */
  cwd: string
  /** Starts the process in kernel namespaces of its own. */
  launcher?: Launcher | undefined
}

/** One engine process. It runs one operation at a time and outlives it, unless it is killed or dies. */
export interface Sandbox {
  readonly alive: boolean
  /** Resolves when the process is no more. */
  readonly gone: Promise<unknown>
  /** An earlier operation left something in it, or it failed by itself: nothing more may run in it. */
  readonly unclean: boolean
  /** Code of its project ran in it: it serves no other one. */
  readonly owned: boolean
  /** Keys of the flow versions that this process holds. */
  readonly versions: LRUCache<string, true>
  /** Makes it serve its project alone from here on. */
  claim(): void
  /** Project of the last operation. */
  projectId: string | undefined
  /** Never rejects. After TIMEOUT, MEMORY_LIMIT_EXCEEDED, CANCELED, CRASHED and LOST the sandbox is dead. */
  execute(operation: EngineOperation, events: SandboxEvents, timeoutMs: number): Promise<TaskOutcome>
  /** Ends the operation in flight with CANCELED. */
  cancel(): void
  /** Resident memory in KiB; 0 when the system does not say. */
  memoryKb(): Promise<number>
  /** Kills the process; resolves when it is gone. */
  close(): Promise<void>
}

/** The memory that a new process needs besides its heap. */
export const PROCESS_OVERHEAD_KB = 128 * 1024
/** Fewer than an engine keeps, and forgotten in the same order: what is in here the engine still has. */
const VERSIONS_PER_ENGINE = 900
const MEMORY_CHECK_MS = 500
const START_TIMEOUT_MS = 60_000
const PAGE_KB = 4
const CUT_OFF_MS = 4000

interface Flight {
  id: number
  events: SandboxEvents
  settle(outcome: TaskOutcome): void
}

/** The process ended before an operation began in it: nothing has happened, and another one may do it. */
export class SandboxGoneError extends Error {
  /** Somebody else ended it. */
  readonly isLost: boolean
  constructor(message: string, isLost: boolean) {
    super(message)
    this.isLost = isLost
  }
}

/**
 * Starts an engine process and waits until it is ready.
 * @throws SandboxGoneError when the process ends at its start, Error when it does not come up in time.
 */
// Over 120 lines: the process, its channel and the operation in flight live and die together.
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const launcher = await engineLauncher(options.launcher)
  const heapMb = Math.max(64, Math.floor(options.memoryLimitKb / 1024))
  const nodeOptions = [
    // Isolates do not work with it; without, a process starts with half the work.
    ...(usesIsolates(options.config.executionMode) ? ['--no-node-snapshot'] : []),
    `--max-old-space-size=${heapMb}`,
    '--enable-source-maps',
  ]
  const child = spawn(launcher.path, [...launcher.args, ...nodeOptions, options.enginePath], {
    ...APART,
    env: options.env,
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  // There are no file descriptors left, for instance: such a child has no streams either.
  if (child.pid === undefined) throw await new Promise<Error>((resolve) => child.once('error', resolve))
  const gone = watchDeath(child)
  let alive = true
  let unclean = false
  let owned = false
  let flight: Flight | undefined
  let nextId = 1
  let verdict: TaskOutcome | undefined

  const kill = (outcome: TaskOutcome) => {
    verdict ??= outcome
    if (alive) killGroup(child)
  }

  const end = (outcome: TaskOutcome) => {
    const current = flight
    flight = undefined
    current?.settle(outcome)
  }

  child.once('exit', () => {
    alive = false
  })
  const dead = gone.then((death) => verdict ?? meaningOf(death, options.launcher !== undefined))
  void dead.then((outcome) => end(outcome.kind === 'LOST' ? { ...outcome, inFlight: true } : outcome))
  child.on('error', () => child.kill('SIGKILL'))

  const channel = openEngineChannel(child.stdio[CHANNEL_FD], {
    maxBytes: maxMessageBytes(options.config.limits),
    onMessage: (message) => take(message),
    // User code can write to this channel, so nothing that comes after an unreadable message can be trusted.
    onBroken: (reason) => kill({ kind: 'CRASHED', message: `The sandbox sent what cannot be read: ${reason}` }),
    // A process that ends has a moment to say how; one that code has cut off would never say anything again.
    onEnd: () => {
      setTimeout(
        () => kill({ kind: 'CRASHED', message: 'The engine process was cut off from its worker' }),
        CUT_OFF_MS,
      ).unref()
    },
  })
  const { send } = channel

  const persist = (current: Flight, message: Extract<FromEngine, { kind: 'journal' }>) => {
    const written = channel.held(current.events.journal(message.entries))
    written.then(
      () => {
        const last = message.entries.at(-1)
        if (message.flush) send({ kind: 'journalled', operationId: current.id, sequence: last?.sequence ?? 0 })
      },
      // Somebody else owns the run now: nothing that this process does may count any more.
      () => kill({ kind: 'CANCELED' }),
    )
  }

  const lend = ({ id, events }: Flight, { requestId, externalId }: Extract<FromEngine, { kind: 'connection' }>) => {
    // Code can forge as many requests as it likes: beyond a few that wait, nothing more is read.
    void channel.held(events.connection(externalId)).then((answer) => {
      // A connection is for the operation that asked, and for no later one.
      if (flight?.id === id) send({ kind: 'connection', operationId: id, requestId, answer })
    })
  }

  let onReady = () => {}
  /** @throws BadFrameError for what belongs to no operation that runs here */
  const take = (message: FromEngine): void => {
    if (message.kind === 'ready') onReady()
    else if (message.kind === 'unclean') unclean = true
    else if (message.kind === 'owned') owned = true
    else {
      const current = flight
      if (!current || current.id !== message.operationId)
        throw new BadFrameError('A message belongs to an operation that does not run here')
      if (message.kind === 'result') {
        unclean ||= isEngineFault(message.result)
        end({ kind: 'RESULT', message })
      } else if (message.kind === 'journal') persist(current, message)
      else if (message.kind === 'connection') lend(current, message)
      else if (message.kind === 'respond') current.events.respond(message.response)
      else current.events.progress(message.stepName, message.path, message.output)
    }
  }

  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      killGroup(child)
      reject(new Error('The engine process did not start in time'))
    }, START_TIMEOUT_MS)
    void dead.then((outcome) => {
      clearTimeout(timer)
      const why = ('message' in outcome && String(outcome.message)) || outcome.kind
      reject(new SandboxGoneError(`At its start: ${why}`, outcome.kind === 'LOST'))
    })
    onReady = () => {
      clearTimeout(timer)
      resolve()
    }
  })
  send({ kind: 'configure', config: options.config })
  await ready

  const measure = options.launcher === undefined ? residentKb : treeKb
  const memoryKb = () => (child.pid === undefined ? Promise.resolve(0) : measure(child.pid))

  const watchMemory = () =>
    setInterval(async () => {
      const used = await memoryKb()
      if (used > options.memoryLimitKb + PROCESS_OVERHEAD_KB) kill({ kind: 'MEMORY_LIMIT_EXCEEDED' })
    }, MEMORY_CHECK_MS)

  return {
    get alive() {
      return alive
    },
    gone,
    get unclean() {
      return unclean
    },
    get owned() {
      return owned
    },
    claim: () => {
      owned = true
    },
    versions: new LRUCache({ max: VERSIONS_PER_ENGINE }),
    projectId: undefined,
    execute(operation, events, timeoutMs) {
      if (!alive) return Promise.resolve({ kind: 'LOST', message: 'The engine process is gone' })
      if (flight) return Promise.resolve({ kind: 'CRASHED', message: 'The engine process is busy' })
      return new Promise((resolve) => {
        const id = nextId++
        const timer = setTimeout(() => kill({ kind: 'TIMEOUT' }), timeoutMs)
        const watch = watchMemory()
        flight = {
          id,
          events,
          settle: (outcome) => {
            clearTimeout(timer)
            clearInterval(watch)
            resolve(outcome)
          },
        }
        try {
          send({ kind: 'execute', operationId: id, operation })
        } catch (error) {
          end({ kind: 'CRASHED', message: `The operation cannot be sent to a sandbox: ${String(error)}` })
        }
      })
    },
    cancel: () => {
      if (flight) kill({ kind: 'CANCELED' })
    },
    memoryKb,
    close: async () => {
      kill({ kind: 'CANCELED' })
      await gone
    },
  }
}

/** An engine that fails by itself may be damaged: whatever the cause, another one does not begin with it. */
const isEngineFault = (result: EngineResult): boolean =>
  result.type === 'FAILED' || (result.type === 'EXECUTE_FLOW' && result.status === 'INTERNAL_ERROR')

/**
 * How an engine process is started. An engine ends by itself when its worker is gone, but not while user code
 * keeps its thread busy: where the kernel can, it kills the process at the death of its parent.
 */
async function engineLauncher(namespaces: Launcher | undefined): Promise<Launcher> {
  if (namespaces) return { path: namespaces.path, args: [...namespaces.args, process.execPath] }
  return endWithParent(process.execPath)
}

async function residentKb(pid: number): Promise<number> {
  try {
    const [, resident] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')
    return Number(resident) * PAGE_KB
  } catch {
    return 0
  }
}

/** The memory of a process and of all that it started. */
async function treeKb(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const parts = children.split(' ').filter((child) => child !== '')
  const sizes = await Promise.all([residentKb(pid), ...parts.map((child) => treeKb(Number(child)))])
  return sizes.reduce((sum, size) => sum + size, 0)
}
