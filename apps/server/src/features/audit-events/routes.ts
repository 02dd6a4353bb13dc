import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { sendCsv, sendFile } from '../../http/csv.ts'
import { implement } from '../../http/implement.ts'
import { csvOf, jsonOf } from './export.ts'
import type { AuditEvents } from './service.ts'

export function auditEventRoutes(app: FastifyInstance, { auditEvents }: { auditEvents: AuditEvents }): void {
  implement(app, api.auditEvents.list, ({ actor, query }) => auditEvents.list(actor, query, query))

  implement(app, api.auditEvents.export, ({ actor, query: { format, ...filter }, reply }) => {
    const events = auditEvents.export(actor, filter)
    return format === 'csv'
      ? sendCsv(reply, 'audit-log.csv', csvOf(events))
      : sendFile(reply, 'audit-log.jsonl', 'application/jsonl; charset=utf-8', jsonOf(events))
  })
}
