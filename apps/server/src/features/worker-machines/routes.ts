import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { WorkerMachines } from './service.ts'

export function workerMachineRoutes(
  app: FastifyInstance,
  { workerMachines }: { workerMachines: WorkerMachines },
): void {
  implement(app, api.workerMachines.list, ({ actor }) => workerMachines.list(actor))

  implement(app, api.workerMachines.queueMetrics, async ({ actor }) => ({ queues: await workerMachines.queues(actor) }))
}
