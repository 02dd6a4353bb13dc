import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'

const NEWEST_FIRST: readonly OrderColumn[] = [
  { ref: 'created', key: 'created', direction: 'desc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'desc', kind: 'text' },
]

export function pageTags(db: Db, platformId: string, page: PageRequest) {
  return paginate(db.selectFrom('tag').selectAll().where('platformId', '=', platformId), NEWEST_FIRST, page)
}

export function upsertTag(db: Db, platformId: string, name: string) {
  return db
    .insertInto('tag')
    .values({ id: newId(), platformId, name })
    .onConflict((conflict) => conflict.columns(['platformId', 'name']).doUpdateSet({ updated: new Date() }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function replaceTagsOfPieces(
  trx: Db,
  platformId: string,
  pieceNames: readonly string[],
  tagIds: readonly string[],
): Promise<void> {
  if (pieceNames.length === 0) return
  await trx
    .deleteFrom('piece_tag')
    .where('platformId', '=', platformId)
    .where('pieceName', 'in', [...pieceNames])
    .execute()
  const rows = pieceNames.flatMap((pieceName) => tagIds.map((tagId) => ({ id: newId(), platformId, pieceName, tagId })))
  if (rows.length > 0) await trx.insertInto('piece_tag').values(rows).execute()
}

/** @returns whether there was such a tag. */
export async function deleteTag(db: Db, platformId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('tag')
    .where('platformId', '=', platformId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Names of tags by piece name. */
export async function selectTagsOfPieces(db: Db, platformId: string): Promise<Map<string, string[]>> {
  const rows = await db
    .selectFrom('piece_tag')
    .innerJoin('tag', 'tag.id', 'piece_tag.tagId')
    .select(['piece_tag.pieceName', sql<string[]>`array_agg(tag.name order by tag.name)`.as('names')])
    .where('piece_tag.platformId', '=', platformId)
    .groupBy('piece_tag.pieceName')
    .execute()
  return new Map(rows.map(({ pieceName, names }) => [pieceName, names]))
}
