import type { MachineInformation } from '@piecework/model/machine'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

/** News of workers, as the apps that they are connected to hear of them. */
export interface MachineNews {
  /** The worker is there. */
  seen(worker: { machine: MachineInformation; group: string | null }): Promise<void>
  /** The worker has gone. */
  gone(workerId: string): Promise<void>
}

/** Workers report every 15 seconds. */
const OFFLINE_AFTER_MS = 45_000
/** How long a worker that is gone is still shown. */
const SHOWN_MS = 60 * 60_000

const ago = (ms: number) => sql<string>`now() - ${ms} * interval '1 millisecond'`

export function keepMachineNews(db: Db): MachineNews {
  return {
    async seen({ machine, group: workerGroupId }) {
      const information = JSON.stringify(machine)
      await db
        .insertInto('worker_machine')
        .values({ id: machine.workerId, information, workerGroupId })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({ information, workerGroupId, updated: sql<string>`now()` }),
        )
        .execute()
    },
    async gone(workerId) {
      await db
        .updateTable('worker_machine')
        .set({ updated: ago(OFFLINE_AFTER_MS) })
        .where('id', '=', workerId)
        .execute()
      await db.deleteFrom('worker_machine').where('updated', '<', ago(SHOWN_MS)).execute()
    },
  }
}

/** The machines of a group of workers that were there of late. */
export function selectMachines(db: Db, group: string | null) {
  return db
    .selectFrom('worker_machine')
    .select(['id', 'created', 'updated', 'information', 'workerGroupId'])
    .select(sql<boolean>`updated > ${ago(OFFLINE_AFTER_MS)}`.as('online'))
    .where('updated', '>', ago(SHOWN_MS))
    .where('workerGroupId', 'is not distinct from', group)
    .orderBy('created')
    .execute()
}
