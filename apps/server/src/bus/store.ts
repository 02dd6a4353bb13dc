import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import type { Db } from '../database/open.ts'

const KEEP_STORED_MS = 60_000

/** Sends each payload over the channel at its place. */
export async function notify(db: Db, channels: readonly string[], payloads: readonly string[]): Promise<void> {
  await sql`select pg_notify(c, p) from unnest(${channels}::text[], ${payloads}::text[]) as n(c, p)`.execute(db)
}

/** Keeps a large message for its readers, and drops what earlier readers left. @returns its id. */
export async function storeMessage(db: Db, body: string): Promise<string> {
  const id = newId()
  await db.insertInto('bus_message').values({ id, body }).execute()
  await db
    .deleteFrom('bus_message')
    .where('created', '<', sql<string>`now() - ${KEEP_STORED_MS} * interval '1 millisecond'`)
    .execute()
  return id
}

/** A large message; one for a single reader goes with being read. */
export async function takeStored(db: Db, id: string, forAll: boolean): Promise<string | undefined> {
  const row = forAll
    ? await db.selectFrom('bus_message').select('body').where('id', '=', id).executeTakeFirst()
    : await db.deleteFrom('bus_message').where('id', '=', id).returning('body').executeTakeFirst()
  return row?.body
}
