import type { Logger } from 'pino'
import type { Access } from '../../access/access.ts'
import type { Tokens } from '../../access/tokens.ts'
import type { Db } from '../../database/open.ts'
import { refuseUpgrade, type UpgradeHandler } from '../../http/upgrades.ts'
import type { SampleData } from '../flows/sample-data.ts'
import type { Flows } from '../flows/service.ts'
import type { VersionSource } from '../flows/version-source.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import type { RunStarter } from '../runs/starting/start.ts'
import { createFlowRunRequests } from './flow-runs.ts'
import type { LiveHub } from './hub.ts'
import { createLocks } from './locks.ts'
import { createPresence } from './presence.ts'
import { createLiveRequests } from './requests.ts'
import { createLiveSessions } from './session.ts'
import type { SocketServer } from './socket-server.ts'

/** The endpoint that browsers connect to for live updates. */
export interface LiveGateway {
  /** Takes a browser in: for upgrades at LIVE_PATH. */
  upgrade: UpgradeHandler
  /** Somebody may do more or less than before. */
  lookAgain(): void
  close(): Promise<void>
}

interface Parts {
  db: Db
  hub: LiveHub
  access: Access
  tokens: Tokens
  flows: Flows
  versions: VersionSource
  starter: RunStarter
  sampleData: SampleData
  catalogue: Pick<Catalogue, 'find'>
  log: Logger
}

/** How late others may hear that somebody vanished. */
const SWEEP_MS = 5000

export function createLiveGateway(parts: Parts): LiveGateway {
  const { db, hub, log } = parts
  const sessions = createLiveSessions(parts)
  const locks = createLocks({ db, hub })
  const presence = createPresence({ db, hub })
  const answer = createLiveRequests(sessions, {
    ...createFlowRunRequests(parts),
    ...locks.handlers,
    ...presence.handlers,
  })
  let loaded: Promise<SocketServer> | undefined
  let sweeps: NodeJS.Timeout | undefined
  let closed = false

  const sweep = async (): Promise<void> => {
    try {
      await locks.sweep()
      await presence.sweep()
    } catch (error) {
      log.warn({ err: error }, 'expired locks could not be released; trying again')
    }
  }

  const left = async (socketId: string): Promise<void> => {
    await locks.left(socketId)
    await presence.left(socketId)
  }

  const load = async (): Promise<SocketServer> => {
    const { createSocketServer } = await import('./socket-server.ts')
    sweeps = setInterval(() => void sweep(), SWEEP_MS).unref()
    return createSocketServer({ hub, sessions, answer, left, log })
  }

  const upgrade: UpgradeHandler = (request, socket, head) => {
    if (closed) return refuseUpgrade(socket, 503)
    loaded ??= load()
    loaded
      .then((server) => server.upgrade(request, socket, head))
      .catch((error: unknown) => {
        log.error({ err: error }, 'live updates could not be sent')
        socket.destroy()
      })
  }

  return {
    upgrade,
    lookAgain: () => void loaded?.then((server) => server.lookAgain()).catch(() => {}),
    async close() {
      closed = true
      clearInterval(sweeps)
      await (await loaded)?.close()
      hub.close()
    },
  }
}
