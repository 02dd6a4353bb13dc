import { DomainEvent, DomainEventName } from '@piecework/model/events/domain-event'
import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { pageOf, pageQuery, queryList, Time } from './shapes.ts'

export const auditEvents = {
  list: endpoint({
    method: 'GET',
    path: '/v1/audit-events',
    operationId: 'auditEvents.list',
    summary: 'List what happened on the platform, newest first',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    query: z.object({
      action: queryList(DomainEventName),
      projectId: queryList(z.string()),
      userId: z.string().optional(),
      createdAfter: Time.optional(),
      createdBefore: Time.optional(),
      ...pageQuery(20),
    }),
    response: pageOf(DomainEvent),
  }),
}
