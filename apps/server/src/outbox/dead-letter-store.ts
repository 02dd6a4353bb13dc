import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import type { OutboxTable } from '../database/event-tables.ts'
import type { Db } from '../database/open.ts'

/** An event that a subscriber did not take in all its attempts. */
export type DeadLetter = Pick<
  Selectable<OutboxTable>,
  'id' | 'subscriber' | 'created' | 'name' | 'attempt' | 'lastError' | 'deadAt'
>

/** A choice of dead letters; without any field it is all of them. */
export interface DeadLetterChoice {
  subscriber?: string | undefined
  /** Ids of events. One event may be a dead letter of several subscribers. */
  ids?: readonly string[] | undefined
}

/** @returns the dead letters that were given up first, and the number of all of them. */
export async function selectDeadLetters(
  db: Db,
  { subscriber }: DeadLetterChoice,
  limit: number,
): Promise<{ letters: DeadLetter[]; total: number }> {
  const chosen = db
    .selectFrom('outbox')
    .where('deadAt', 'is not', null)
    .$if(subscriber !== undefined, (query) => query.where('subscriber', '=', subscriber ?? ''))
  const letters = await chosen
    .select(['id', 'subscriber', 'created', 'name', 'attempt', 'lastError', 'deadAt'])
    .orderBy('deadAt')
    .orderBy('id')
    .limit(limit)
    .execute()
  const { total } = await chosen.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow()
  return { letters, total: Number(total) }
}

/** Makes dead letters due again, with all attempts before them. @returns how many. */
export async function reviveDeadLetters(db: Db, { subscriber, ids }: DeadLetterChoice): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('outbox')
    .set({ deadAt: null, lastError: null, attempt: 0, dueAt: sql`now()` })
    .where('deadAt', 'is not', null)
    .$if(subscriber !== undefined, (query) => query.where('subscriber', '=', subscriber ?? ''))
    .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

/** Removes dead letters. @returns how many. */
export async function deleteDeadLetters(db: Db, { subscriber, ids }: DeadLetterChoice): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('outbox')
    .where('deadAt', 'is not', null)
    .$if(subscriber !== undefined, (query) => query.where('subscriber', '=', subscriber ?? ''))
    .$if(ids !== undefined, (query) => query.where('id', 'in', [...(ids ?? [])]))
    .executeTakeFirst()
  return Number(numDeletedRows)
}
