import { newId } from '@piecework/model/ids'
import type { MachineInformation } from '@piecework/model/machine'
import type { Hello, WorkerSettings } from '@piecework/worker/channel/messages'
import type { Logger } from 'pino'
import { createRemoteLink, type LinkSource, type RemoteLink } from './remote-link.ts'

/** A separate worker that is at work for this app, or away for a moment. */
export interface Connected {
  link: RemoteLink
  workerId: string
  machine: MachineInformation
  /** Runs while the worker is away. */
  expiry: NodeJS.Timeout | undefined
}

export interface SessionParts {
  detach(linkId: string): void
  source: LinkSource
  settings: WorkerSettings
  /** News of the machine of a worker; also that it is there. */
  onMachine(worker: { machine: MachineInformation; group: string | null }, connected: boolean): void
  log: Logger
}

/** The sessions of separate workers at this app, by id. */
export function createWorkerSessions(parts: SessionParts) {
  const { log } = parts
  const sessions = new Map<string, Connected>()

  /** Its attempts are delivered again; nothing that it still says counts. */
  const end = (id: string, isElsewhere = false): void => {
    const connected = sessions.get(id)
    if (!connected) return
    sessions.delete(id)
    clearTimeout(connected.expiry)
    parts.detach(id)
    connected.link.lose()
    if (!isElsewhere) parts.onMachine({ machine: connected.machine, group: connected.link.group }, false)
    log.info(
      { worker: connected.workerId, session: id },
      isElsewhere ? 'a worker has moved to another app' : 'a worker has disconnected',
    )
  }

  const begin = (hello: Hello): Connected => {
    const id = newId()
    const connected: Connected = {
      workerId: hello.workerId,
      machine: hello.machine,
      expiry: undefined,
      link: createRemoteLink({
        id,
        concurrency: hello.concurrency,
        group: hello.group,
        maxMessageBytes: parts.settings.maxMessageBytes,
        source: parts.source,
        onMachine: (machine) => {
          connected.machine = machine
          parts.onMachine({ machine, group: hello.group }, true)
        },
        onBye: () => end(id),
        log,
      }),
    }
    sessions.set(id, connected)
    return connected
  }

  const all: ReadonlyMap<string, Connected> = sessions
  return { sessions: all, begin, end }
}
