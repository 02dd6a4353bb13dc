import type { WorkerMachine } from '@piecework/api/worker-machines'
import { MachineInformation } from '@piecework/model/machine'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { selectGroupOfPlatform } from '../../dispatch/store.ts'
import { authorize } from '../../policies/policy.ts'
import { workerMachinePolicy } from '../../policies/worker-machine.ts'
import { type Queue, queueName } from '../../queue/queue.ts'
import { selectMachines } from './store.ts'

/**
 * The workers and how much they have to do. A platform sees only those that serve it, because anybody may create a
 * platform, and the workers of others are none of its business.
 */
export interface WorkerMachines {
  list(actor: Actor): Promise<WorkerMachine[]>
  /** The jobs that wait and that run in the queue of the platform's workers. */
  queues(actor: Actor): Promise<{ name: string; waiting: number; active: number }[]>
}

interface Parts {
  db: Db
  queue: Pick<Queue, 'counts'>
}

export function createWorkerMachines({ db, queue }: Parts): WorkerMachines {
  return {
    async list(actor) {
      authorize(actor, workerMachinePolicy.read)
      const rows = await selectMachines(db, await selectGroupOfPlatform(db, actor.platformId))
      return rows.map(({ online, information, workerGroupId, ...row }) => ({
        ...row,
        information: MachineInformation.parse(information),
        status: online ? 'ONLINE' : 'OFFLINE',
        ...(workerGroupId === null ? { type: 'SHARED' } : { type: 'DEDICATED', workerGroupId }),
      }))
    },

    async queues(actor) {
      authorize(actor, workerMachinePolicy.readQueue)
      const own = await selectGroupOfPlatform(db, actor.platformId)
      const counts = (await queue.counts()).filter(({ group }) => group === own)
      const sum = (field: 'waiting' | 'active') => counts.reduce((total, count) => total + count[field], 0)
      return [{ name: queueName(own), waiting: sum('waiting'), active: sum('active') }]
    },
  }
}
