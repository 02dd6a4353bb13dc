import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { type Queue, queueName } from '../../queue/queue.ts'
import type { WorkerMachines } from './store.ts'

/** The workers and how much they have to do (spec: facts/rest-api.md section 18). */
export function workerMachineRoutes(
  app: FastifyInstance,
  { machines, queue }: { machines: WorkerMachines; queue: Pick<Queue, 'counts'> },
): void {
  implement(app, api.workerMachines.list, () => machines.list())

  implement(app, api.workerMachines.queueMetrics, async () => {
    const counts = await queue.counts()
    // The queue of all who have no workers of their own is there even when it is empty.
    const names = new Set([queueName(null), ...counts.map(({ group }) => queueName(group))])
    const sum = (name: string, field: 'waiting' | 'active') =>
      counts.reduce((total, count) => total + (queueName(count.group) === name ? count[field] : 0), 0)
    return {
      queues: [...names].map((name) => ({ name, waiting: sum(name, 'waiting'), active: sum(name, 'active') })),
    }
  })
}
