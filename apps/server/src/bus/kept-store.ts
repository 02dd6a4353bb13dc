import { sql } from 'kysely'
import type { Db } from '../database/open.ts'

/** A message for one reader, kept in the database as well: one that must not get lost with the bus. */
export interface KeptMessage {
  id: string
  body: string
}

/** Long after its reader has looked. */
const KEEP_MS = 10 * 60_000

/** Resolves when the messages are stored; kept again under the same id, the last one counts. */
export async function keepMessages(db: Db, messages: readonly KeptMessage[]): Promise<void> {
  if (messages.length === 0) return
  const last = new Map(messages.map(({ id, body }) => [id, body]))
  await sql`
    insert into bus_message (id, body) select * from unnest(${[...last.keys()]}::text[], ${[...last.values()]}::text[])
    on conflict (id) do update set body = excluded.body, created = now()`.execute(db)
}

/** Those of the messages that are there. */
export async function readKept(db: Db, ids: readonly string[]): Promise<KeptMessage[]> {
  return db
    .selectFrom('bus_message')
    .select(['id', 'body'])
    .where('id', '=', sql<string>`any(${[...ids]}::text[])`)
    .execute()
}

export async function deleteOldMessages(db: Db): Promise<void> {
  await sql`delete from bus_message where created < now() - ${KEEP_MS} * interval '1 millisecond'`.execute(db)
}
