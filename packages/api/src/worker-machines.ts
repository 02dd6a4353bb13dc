import { MachineInformation } from '@piecework/model/machine'
import { z } from 'zod'
import { endpoint } from './endpoint.ts'

export const WorkerMachine = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  information: MachineInformation,
  status: z.enum(['ONLINE', 'OFFLINE']),
  type: z.enum(['SHARED', 'DEDICATED']),
  workerGroupId: z.string().optional(),
})
export type WorkerMachine = z.infer<typeof WorkerMachine>

const QueueMetrics = z.object({
  queues: z.array(z.object({ name: z.string(), waiting: z.number(), active: z.number() })),
})

export const workerMachines = {
  list: endpoint({
    method: 'GET',
    path: '/v1/worker-machines',
    operationId: 'workerMachines.list',
    summary: 'List the workers with the load of their machines',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    response: z.array(WorkerMachine),
  }),
  queueMetrics: endpoint({
    method: 'GET',
    path: '/v1/worker-machines/queue-metrics',
    operationId: 'workerMachines.queueMetrics',
    summary: 'Count waiting and active jobs',
    principals: ['USER', 'SERVICE'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    response: QueueMetrics,
  }),
}
