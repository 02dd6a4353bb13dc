import { systemTask } from '../../access/actor.ts'
import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { sessionRoutes } from './routes.ts'
import { createSessions } from './service.ts'

const PURGE_EVERY_MS = 3_600_000
const MINUTE_MS = 60_000

type Parts = Pick<Core, 'db' | 'tokens' | 'outbox' | 'events' | 'settings' | 'log'>

export function sessions({ settings, log, ...parts }: Parts): Plugin {
  const sessions = createSessions({ ...parts, idleMs: settings.sessionIdleMinutes * MINUTE_MS })
  const purge = () =>
    sessions
      .purge(systemTask('ended sessions'), new Date())
      .catch((err: unknown) => log.error({ err }, 'ended sessions could not be removed; it is tried again'))
  let timer: NodeJS.Timeout | undefined
  return {
    name: 'sessions',
    routes: (app) => sessionRoutes(app, { sessions }),
    start() {
      timer = setInterval(purge, PURGE_EVERY_MS).unref()
    },
    stop: () => clearInterval(timer),
  }
}
