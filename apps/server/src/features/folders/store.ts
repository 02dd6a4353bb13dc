import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'

const OLDEST_FIRST: readonly OrderColumn[] = [
  { ref: 'folder.created', key: 'created', direction: 'asc', kind: 'time' },
  { ref: 'folder.id', key: 'id', direction: 'asc', kind: 'text' },
]

/** A folder as events have it. */
const IN_EVENTS = ['id', 'created', 'updated', 'displayName'] as const

function withCount(db: Db) {
  return db.selectFrom('folder').select(({ selectFrom }) => [
    'folder.id',
    'folder.created',
    'folder.updated',
    'folder.projectId',
    'folder.displayName',
    'folder.displayOrder',
    selectFrom('flow')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .whereRef('flow.folderId', '=', 'folder.id')
      .where('flow.operationStatus', '=', 'NONE')
      .as('numberOfFlows'),
  ])
}

/** Makes the folder, or gives the one that has this name in any case its new spelling. */
export function upsertFolder(db: Db, projectId: string, displayName: string) {
  return (
    db
      .insertInto('folder')
      .values({ id: newId(), projectId, displayName })
      .onConflict((conflict) =>
        conflict.expression(sql`"projectId", lower("displayName")`).doUpdateSet({ displayName, updated: new Date() }),
      )
      // A row that was updated has the number of the transaction that did it there.
      .returning([...IN_EVENTS, sql<boolean>`xmax = 0`.as('isNew')])
      .executeTakeFirstOrThrow()
  )
}

export function selectFolder(db: Db, projectId: string, id: string) {
  return withCount(db).where('folder.projectId', '=', projectId).where('folder.id', '=', id).executeTakeFirst()
}

export function pageFolders(db: Db, projectId: string, page: PageRequest) {
  return paginate(withCount(db).where('folder.projectId', '=', projectId), OLDEST_FIRST, page)
}

export async function selectProjectOfFolder(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('folder').select('projectId').where('id', '=', id).executeTakeFirst()
  return row?.projectId
}

export function renameFolder(db: Db, projectId: string, id: string, displayName: string) {
  return db
    .updateTable('folder')
    .set({ displayName, updated: new Date() })
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .returning(IN_EVENTS)
    .executeTakeFirst()
}

export function deleteFolder(db: Db, projectId: string, id: string) {
  return db
    .deleteFrom('folder')
    .where('projectId', '=', projectId)
    .where('id', '=', id)
    .returning(IN_EVENTS)
    .executeTakeFirst()
}
