import type { ConnectionOf, LoadedConnection, TaskEvents } from '../task.ts'
import type { RunningTask, Worker } from '../worker.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import type { Session } from './session.ts'

/** Live views may miss something; the memory of this process may not fill up with it. */
const PROGRESS_BELOW_BYTES = 1024 * 1024

export type Work = ReturnType<typeof createWork>

/** The tasks of one session. */
export function createWork(worker: Worker, channel: Session, maxMessageBytes: number) {
  const running = new Map<number, RunningTask>()
  const journals = new Map<string, { resolve(): void; reject(error: Error): void }>()
  const requests = new Map<
    number,
    { resolve(value: Extract<ToWorker, { kind: 'loaded' }>): void; reject(e: Error): void }
  >()
  let nextId = 1
  let abandoned = false
  let idle: (() => void)[] = []

  /** @returns false for what is too large to be said. */
  const send = (message: FromWorker): boolean => abandoned || channel.send(message)

  const tooLarge = (what: string) =>
    `${what} is larger than a worker may tell the app at once (${Math.floor(maxMessageBytes / 1024 / 1024)} MB).`

  const request = (make: (requestId: number) => FromWorker) =>
    new Promise<Extract<ToWorker, { kind: 'loaded' }>>((resolve, reject) => {
      const requestId = nextId++
      requests.set(requestId, { resolve, reject })
      send(make(requestId))
    })

  const eventsOf = (taskId: number): TaskEvents => {
    let batch = 0
    return {
      journal: (entries) =>
        new Promise((resolve, reject) => {
          batch++
          journals.set(`${taskId}/${batch}`, { resolve, reject })
          if (!send({ kind: 'journal', taskId, batch, entries })) reject(new Error(tooLarge('What steps put out')))
        }),
      respond: (response) => {
        if (send({ kind: 'respond', taskId, response })) return
        const body = JSON.stringify({ message: tooLarge('The answer of the flow') })
        const instead = { status: 500, headers: {}, body }
        send({ kind: 'respond', taskId, response: instead })
      },
      progress: (stepName, path, output) => {
        if (channel.pendingBytes < PROGRESS_BELOW_BYTES) send({ kind: 'progress', taskId, stepName, path, output })
      },
    }
  }

  const execute = async ({ taskId, task }: Extract<ToWorker, { kind: 'execute' }>): Promise<void> => {
    const started = worker.execute(task, eventsOf(taskId))
    running.set(taskId, started)
    const outcome = await started.outcome
    running.delete(taskId)
    if (!send({ kind: 'outcome', taskId, outcome }))
      send({ kind: 'outcome', taskId, outcome: { kind: 'CRASHED', message: tooLarge('What came of it') } })
    if (running.size === 0) for (const resolve of idle.splice(0)) resolve()
  }

  return {
    take(message: ToWorker): void {
      if (message.kind === 'execute') void execute(message)
      else if (message.kind === 'cancel') running.get(message.taskId)?.cancel()
      else if (message.kind === 'forget-connections') worker.forgetConnections()
      else if (message.kind === 'journalled') {
        const key = `${message.taskId}/${message.batch}`
        if (message.stale) journals.get(key)?.reject(new Error('The attempt may no longer write'))
        else journals.get(key)?.resolve()
        journals.delete(key)
      } else {
        requests.get(message.requestId)?.resolve(message)
        requests.delete(message.requestId)
      }
    },
    async loadVersion(key: string) {
      const { version, error } = await request((requestId) => ({ kind: 'load-version', requestId, key }))
      if (!version) throw new Error(error ?? 'The app does not know the flow version')
      return version
    },
    async loadArchive(fileId: string) {
      const { archive, error } = await request((requestId) => ({ kind: 'load-archive', requestId, fileId }))
      if (archive === undefined) throw new Error(error ?? 'The app does not know the file')
      return Buffer.from(archive, 'base64')
    },
    async loadConnection(of: ConnectionOf): Promise<LoadedConnection> {
      try {
        const { connection, error } = await request((requestId) => ({ kind: 'load-connection', requestId, ...of }))
        return connection ?? unavailable(error ?? 'the app does not say why')
      } catch (error) {
        return unavailable(error instanceof Error ? error.message : String(error))
      }
    },
    /** Resolves when nothing runs. */
    idle: () =>
      new Promise<void>((resolve) => {
        if (running.size === 0) resolve()
        else idle.push(resolve)
      }),
    /** Others work on it now: all that runs ends, and nothing of it is sent. */
    abandon(): void {
      abandoned = true
      for (const task of running.values()) task.cancel()
      const lost = new Error('The connection to the app is lost')
      for (const { reject } of [...journals.values(), ...requests.values()]) reject(lost)
      idle = []
    },
  }
}

export const unavailable = (reason: string): LoadedConnection => ({
  answer: { status: 'UNAVAILABLE', reason },
  keepMs: 0,
})
