import { systemTask } from '../../access/actor.ts'
import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { auditEventRoutes } from './routes.ts'
import { createAuditEvents } from './service.ts'

const PURGE_EVERY_MS = 3_600_000

export function auditEvents({ db, settings, log }: Pick<Core, 'db' | 'settings' | 'log'>): Plugin {
  const auditEvents = createAuditEvents({
    db,
    retentionDays: settings.auditLogRetentionDays,
    withRuns: settings.auditLogRuns,
  })
  const purge = () =>
    auditEvents
      .purge(systemTask('retention'), new Date())
      .catch((err: unknown) => log.error({ err }, 'old audit events could not be removed; it is tried again'))
  let timer: NodeJS.Timeout | undefined
  return {
    name: 'audit-events',
    routes: (app) => auditEventRoutes(app, { auditEvents }),
    subscribers: [auditEvents.trail],
    start() {
      timer = setInterval(purge, PURGE_EVERY_MS).unref()
    },
    stop: () => clearInterval(timer),
  }
}
