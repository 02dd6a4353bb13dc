import { DomainEvent, DomainEventName } from '@piecework/model/events/domain-event'
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { pageOf, pageQuery, queryList, Time } from './shapes.ts'

const filter = {
  action: queryList(DomainEventName),
  projectId: queryList(z.string()),
  userId: z.string().optional(),
  ip: z.string().max(64).optional().describe('The address that requests came from.'),
  createdAfter: Time.optional(),
  createdBefore: Time.optional(),
}
const administered = { principals: ['USER', 'SERVICE'], permission: 'PLATFORM_ADMIN', project: null } as const

export const auditEvents = {
  list: endpoint({
    ...administered,
    method: 'GET',
    path: '/v1/audit-events',
    operationId: 'auditEvents.list',
    summary: 'List what happened on the platform, newest first',
    query: z.object({ ...filter, ...pageQuery(20) }),
    response: pageOf(DomainEvent),
  }),
  export: endpoint({
    ...administered,
    method: 'GET',
    path: '/v1/audit-events/export',
    operationId: 'auditEvents.export',
    summary: 'The same as a file: CSV, or JSON with one event in a line; the newest 100,000 at most',
    query: z.object({ ...filter, format: z.enum(['csv', 'json']).default('csv') }),
    sends: 'bytes',
  }),
}
