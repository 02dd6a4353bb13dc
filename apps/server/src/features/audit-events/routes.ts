import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { AuditEvents } from './service.ts'

export function auditEventRoutes(app: FastifyInstance, { auditEvents }: { auditEvents: AuditEvents }): void {
  implement(app, api.auditEvents.list, ({ actor, query }) => auditEvents.list(actor, query, query))
}
