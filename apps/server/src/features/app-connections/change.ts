import type { Updateable } from 'kysely'
import type { Db } from '../../database/open.ts'
import type { AppConnectionTable } from '../../database/schema.ts'
import { changesOf } from '../../outbox/changes.ts'
import type { EventActor, RecordEvent } from '../../outbox/outbox.ts'
import { connectionForEvent } from './event-data.ts'
import { type ConnectionRow, deleteConnection, updateConnection } from './store.ts'

/** A transaction in which connections change, and who changes them. */
export interface Changing {
  trx: Db
  recordEvent: RecordEvent
  actor: EventActor
}

type Changes = Updateable<AppConnectionTable>

/** Writes the new content of a connection, and announces it. @returns its id */
export async function changeConnection(
  { trx, recordEvent, actor }: Changing,
  known: ConnectionRow,
  changes: Changes,
): Promise<string> {
  const written = await updateConnection(trx, actor.platformId, known.id, changes)
  if (written)
    recordEvent(actor, 'connection.upserted', { connection: connectionForEvent(written), ...visible(known, changes) })
  return known.id
}

/** Takes a connection away, and says so. */
export async function removeConnection({ trx, recordEvent, actor }: Changing, id: string): Promise<void> {
  const gone = await deleteConnection(trx, actor.platformId, id)
  if (gone) recordEvent(actor, 'connection.deleted', { connection: connectionForEvent(gone) })
}

/** @returns the changed fields, without the value, which is secret. */
const visible = (known: ConnectionRow, { displayName, pieceVersion, type, status, projectIds }: Changes) =>
  changesOf(known, { displayName, pieceVersion, type, status, projectIds })
