import { api } from '@piecework/api/index'
import type { Policy } from './policy.ts'

const { list, queueMetrics } = api.workerMachines

/** The permissions to look at workers, which belong to the server: administrators see those of their platform. */
export const workerMachinePolicy = {
  read: { needs: list.permission },
  readQueue: { needs: queueMetrics.permission },
} as const satisfies Policy<object>
