import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { RecordEvent } from '../../outbox/outbox.ts'
import { upsertFolder } from './store.ts'

/** Makes a folder in a transaction, or gives the one that has this name in any case its new spelling. */
export async function makeFolder(
  trx: Db,
  recordEvent: RecordEvent,
  actor: ProjectActor,
  displayName: string,
): Promise<{ id: string }> {
  const { isNew, ...folder } = await upsertFolder(trx, actor.projectId, displayName)
  recordEvent(actor, isNew ? 'folder.created' : 'folder.updated', { folder })
  return folder
}
