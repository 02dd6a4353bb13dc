import type { FlowVersion } from '@piecework/model/flow/flow'
import type { MachineInformation } from '@piecework/model/machine'
import { FromWorker, type ToWorker } from '@piecework/worker/channel/messages'
import { createSession, type Session } from '@piecework/worker/channel/session'
import type { TaskEvents, TaskOutcome, WorkerSource } from '@piecework/worker/task'
import type { Logger } from 'pino'
import type { ZodError } from 'zod'
import type { WorkerLink } from './work.ts'

/** The data that workers may ask for. */
export interface LinkSource {
  loadVersion(key: string): Promise<FlowVersion>
  loadArchive(fileId: string): Promise<Uint8Array>
  loadConnection: WorkerSource['loadConnection']
}

/** A worker at the other end of a connection. */
export interface RemoteLink extends WorkerLink {
  readonly session: Session
  /** Connections have changed: the worker keeps none. */
  forgetConnections(): void
  /** Ends every task with LOST. */
  lose(): void
  /** Reads no more from the socket while too much of what it sent is not stored yet. */
  hold(socket: { pause(): void; resume(): void }): void
}

interface Parts {
  id: string
  concurrency: number
  group: string | null
  /** The largest message to the worker. */
  maxMessageBytes: number
  source: LinkSource
  onMachine(information: MachineInformation): void
  onBye(): void
  log: Logger
}

interface RemoteTask {
  projectId: string
  platformId: string
  events: TaskEvents
  settle(outcome: TaskOutcome): void
}

/** Journal entries of one worker that may wait for the database at a time. */
const MAX_UNSTORED = 2000

export function createRemoteLink(parts: Parts): RemoteLink {
  const { id, concurrency, group, maxMessageBytes, source, onMachine, onBye, log } = parts
  const tasks = new Map<number, RemoteTask>()
  let nextTask = 1
  let slots = concurrency
  let lost = false
  let unstored = 0
  let held: { resume(): void } | undefined

  const session = createSession((message) => {
    const parsed = FromWorker.safeParse(message)
    if (parsed.success) take(parsed.data)
    else refuse(message, parsed.error)
  }, maxMessageBytes)
  const send = (message: ToWorker) => session.send(message)

  const end = (taskId: number, outcome: TaskOutcome): void => {
    tasks.get(taskId)?.settle(outcome)
    tasks.delete(taskId)
  }

  const tooLarge = (what: string) =>
    `${what} is larger than a message from an app to a worker may be (${Math.floor(maxMessageBytes / 1024 / 1024)} MB).`

  const store = async ({ taskId, batch, entries }: Extract<FromWorker, { kind: 'journal' }>): Promise<void> => {
    unstored += entries.length
    // The app writes nothing of a task that it does not know.
    const stored = tasks.get(taskId)?.events.journal(entries) ?? Promise.reject(new Error('Unknown task'))
    const stale = await stored.then(
      () => false,
      () => true,
    )
    unstored -= entries.length
    if (held && unstored < MAX_UNSTORED) {
      held.resume()
      held = undefined
    }
    send({ kind: 'journalled', taskId, batch, stale })
  }

  const load = async (
    requestId: number,
    read: () => Promise<Pick<Extract<ToWorker, { kind: 'loaded' }>, 'version' | 'archive' | 'connection'>>,
  ) => {
    try {
      if (!send({ kind: 'loaded', requestId, ...(await read()) })) throw new Error(tooLarge('What it asked for'))
    } catch (error) {
      log.warn({ err: error, link: id }, "the answer to a worker's request could not be sent")
      send({ kind: 'loaded', requestId, error: error instanceof Error ? error.message : String(error) })
    }
  }

  /** A worker gets the connections of projects whose work it has, and no others. */
  const lend = async ({ projectId, platformId, externalId }: Extract<FromWorker, { kind: 'load-connection' }>) => {
    const isTheirs = [...tasks.values()].some((task) => task.projectId === projectId && task.platformId === platformId)
    if (!isTheirs) throw new Error('The worker has no work of this project')
    return { connection: await source.loadConnection({ projectId, platformId, externalId }) }
  }

  /**
   * The run that a message belongs to ends with it: given to another worker, it would send the same again.
   * @throws ZodError for what belongs to none
   */
  const refuse = (message: unknown, error: ZodError): void => {
    const taskId: unknown = Reflect.get(Object(message), 'taskId')
    const task = typeof taskId === 'number' ? tasks.get(taskId) : undefined
    if (lost || task === undefined || typeof taskId !== 'number') throw error
    log.warn({ err: error, link: id }, 'the message of a worker about a run cannot be read; the run has failed')
    send({ kind: 'cancel', taskId })
    end(taskId, { kind: 'CRASHED', message: 'The worker sent a message that cannot be read.' })
  }

  const take = (message: FromWorker): void => {
    if (lost) return
    if (message.kind === 'journal') void store(message)
    else if (message.kind === 'respond') tasks.get(message.taskId)?.events.respond(message.response)
    else if (message.kind === 'progress') {
      const { stepName, path, output } = message
      tasks.get(message.taskId)?.events.progress(stepName, path, output)
    } else if (message.kind === 'outcome') end(message.taskId, message.outcome)
    else if (message.kind === 'load-version')
      void load(message.requestId, async () => ({ version: await source.loadVersion(message.key) }))
    else if (message.kind === 'load-archive') void load(message.requestId, () => archiveOf(source, message.fileId))
    else if (message.kind === 'load-connection') void load(message.requestId, () => lend(message))
    else if (message.kind === 'machine') onMachine(message.machine)
    else if (message.kind === 'drain') slots = 0
    else onBye()
  }

  return {
    id,
    group,
    session,
    get concurrency() {
      return slots
    },
    execute(task, events) {
      if (lost) return { outcome: Promise.resolve({ kind: 'LOST' }), cancel: () => {} }
      const taskId = nextTask++
      const outcome = new Promise<TaskOutcome>((settle) => {
        const { projectId, platformId } = task.operation
        tasks.set(taskId, { projectId, platformId, events, settle })
      })
      if (!send({ kind: 'execute', taskId, task }))
        end(taskId, { kind: 'CRASHED', message: tooLarge('What there is to do') })
      return { outcome, cancel: () => send({ kind: 'cancel', taskId }) }
    },
    forgetConnections: () => void send({ kind: 'forget-connections' }),
    lose() {
      lost = true
      for (const task of tasks.values()) task.settle({ kind: 'LOST' })
      tasks.clear()
    },
    hold(socket) {
      if (unstored < MAX_UNSTORED || held) return
      held = socket
      socket.pause()
    },
  }
}

const archiveOf = async (source: LinkSource, fileId: string) => ({
  archive: Buffer.from(await source.loadArchive(fileId)).toString('base64'),
})
