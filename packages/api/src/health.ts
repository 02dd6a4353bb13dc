import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const Health = z.object({ status: z.enum(['Healthy', 'Unhealthy']) })

const open = { method: 'GET', principals: 'public', permission: 'NONE', project: null } as const

export const health = {
  check: endpoint({
    ...open,
    path: '/v1/health',
    operationId: 'health.check',
    summary: 'Whether the server can work: its database accepts writes',
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
      'Whether this process should get calls: it has started, its database accepts writes, and it is not stopping',
    response: Health,
  }),
  system: endpoint({
    method: 'GET',
    path: '/v1/health/system',
    operationId: 'health.system',
    summary: 'Which resources of the machine are sufficient',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    response: z.object({ cpu: z.boolean(), disk: z.boolean(), ram: z.boolean(), database: z.boolean() }),
  }),
}
