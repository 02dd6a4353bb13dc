import type { TriggerRunStatus } from '@piecework/api/triggers'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { authorize } from '../../policies/policy.ts'
import { triggerPolicy } from '../../policies/trigger.ts'
import { triggerRunStatus } from './statistics-store.ts'

/** How the triggers of a platform fared over the last days, by piece. */
export interface TriggerStatistics {
  runStatus(actor: Actor): Promise<TriggerRunStatus>
}

export const createTriggerStatistics = ({ db }: { db: Db }): TriggerStatistics => ({
  async runStatus(actor) {
    authorize(actor, triggerPolicy.readStatistics)
    return triggerRunStatus(db, actor.platformId)
  },
})
