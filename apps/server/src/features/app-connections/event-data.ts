import type { DurableEvents } from '../../events/table.ts'
import type { ConnectionRow } from './store.ts'

type EventConnection = DurableEvents['connection.upserted']['connection']

/** A connection as events have it: never with its value. */
export const connectionForEvent = ({
  id,
  created,
  updated,
  displayName,
  externalId,
  pieceName,
  status,
  type,
}: Omit<ConnectionRow, 'value'>): EventConnection => ({
  id,
  created,
  updated,
  displayName,
  externalId,
  pieceName,
  status,
  type,
})
