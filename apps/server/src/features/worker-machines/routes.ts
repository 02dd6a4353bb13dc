import { MachineInformation } from '@piecework/worker/channel/messages'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { route } from '../../http/route.ts'
import { type Queue, queueName } from '../../queue/queue.ts'
import type { WorkerMachines } from './store.ts'

const WorkerMachineShape = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  information: MachineInformation,
  status: z.enum(['ONLINE', 'OFFLINE']),
  type: z.enum(['SHARED', 'DEDICATED']),
  workerGroupId: z.string().optional(),
})
const QueueMetrics = z.object({
  queues: z.array(z.object({ name: z.string(), waiting: z.number(), active: z.number() })),
})
/** The workers and how much they have to do (spec: facts/rest-api.md section 18). */
export function workerMachineRoutes(
  app: FastifyInstance,
  { machines, queue }: { machines: WorkerMachines; queue: Pick<Queue, 'counts'> },
): void {
  route(app, {
    method: 'GET',
    url: '/v1/worker-machines',
    summary: 'List the workers with the load of their machines',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    schema: { response: z.array(WorkerMachineShape) },
    handler: () => machines.list(),
  })

  route(app, {
    method: 'GET',
    url: '/v1/worker-machines/queue-metrics',
    summary: 'Count the jobs that wait and the jobs that run',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    schema: { response: QueueMetrics },
    handler: async () => {
      const counts = await queue.counts()
      // The queue of all who have no workers of their own is there even when it is empty.
      const names = new Set([queueName(null), ...counts.map(({ group }) => queueName(group))])
      const sum = (name: string, field: 'waiting' | 'active') =>
        counts.reduce((total, count) => total + (queueName(count.group) === name ? count[field] : 0), 0)
      return {
        queues: [...names].map((name) => ({ name, waiting: sum(name, 'waiting'), active: sum(name, 'active') })),
      }
    },
  })
}
