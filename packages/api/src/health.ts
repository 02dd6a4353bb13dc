import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const Health = z.object({ status: z.enum(['Healthy', 'Unhealthy']) })

const open = { method: 'GET', principals: 'public', permission: 'NONE', project: null } as const

export const health = {
  check: endpoint({
    ...open,
    path: '/v1/health',
    operationId: 'health.check',
    summary: 'Whether the server can do its work: its database takes writes',
    response: Health,
  }),
  live: endpoint({
    ...open,
    path: '/v1/health/live',
    operationId: 'health.live',
    summary: 'Whether the process answers at all; restart it when it does not',
    response: Health,
  }),
  ready: endpoint({
    ...open,
    path: '/v1/health/ready',
    operationId: 'health.ready',
    summary:
      'Whether calls should be sent to this process: it has started, its database takes writes, it is not stopping',
    response: Health,
  }),
  system: endpoint({
    method: 'GET',
    path: '/v1/health/system',
    operationId: 'health.system',
    summary: 'Which parts of the machine have room left',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    response: z.object({ cpu: z.boolean(), disk: z.boolean(), ram: z.boolean(), database: z.boolean() }),
  }),
}
