import { notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import { type OrderColumn, type PageRequest, paginate } from '../../database/pagination.ts'
import { tagPolicy } from '../../policies/piece.ts'
import { authorize } from '../../policies/policy.ts'

const NEWEST_FIRST: readonly OrderColumn[] = [
  { ref: 'created', key: 'created', direction: 'desc', kind: 'time' },
  { ref: 'id', key: 'id', direction: 'desc', kind: 'text' },
]

/** The tags of a platform and the pieces that carry them. */
export function createTags({ db }: { db: Db }) {
  const upsert = (platformId: string, name: string) =>
    db
      .insertInto('tag')
      .values({ id: newId(), platformId, name })
      .onConflict((conflict) => conflict.columns(['platformId', 'name']).doUpdateSet({ updated: new Date() }))
      .returningAll()
      .executeTakeFirstOrThrow()

  return {
    async list(actor: Actor, page: PageRequest) {
      authorize(actor, tagPolicy.read)
      return paginate(db.selectFrom('tag').selectAll().where('platformId', '=', actor.platformId), NEWEST_FIRST, page)
    },

    /** Creates the tag, or gives the one of this name. */
    async upsert(actor: Actor, name: string) {
      authorize(actor, tagPolicy.create)
      return upsert(actor.platformId, name)
    },

    /** The pieces carry these tags, and no others. */
    async setTags(actor: Actor, pieceNames: readonly string[], tags: readonly string[]): Promise<void> {
      authorize(actor, tagPolicy.setOnPieces)
      const { platformId } = actor
      const ids = await Promise.all([...new Set(tags)].map(async (name) => (await upsert(platformId, name)).id))
      await db.transaction().execute(async (trx) => {
        if (pieceNames.length > 0)
          await trx
            .deleteFrom('piece_tag')
            .where('platformId', '=', platformId)
            .where('pieceName', 'in', [...pieceNames])
            .execute()
        const rows = [...new Set(pieceNames)].flatMap((pieceName) =>
          ids.map((tagId) => ({ id: newId(), platformId, pieceName, tagId })),
        )
        if (rows.length > 0) await trx.insertInto('piece_tag').values(rows).execute()
      })
    },

    /** @throws AppError ENTITY_NOT_FOUND */
    async remove(actor: Actor, id: string): Promise<void> {
      authorize(actor, tagPolicy.delete)
      const gone = await db
        .deleteFrom('tag')
        .where('platformId', '=', actor.platformId)
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst()
      if (!gone) throw notFound('tag', id)
    },

    /** Names of tags by piece name. */
    async ofPieces(platformId: string): Promise<Map<string, string[]>> {
      const rows = await db
        .selectFrom('piece_tag')
        .innerJoin('tag', 'tag.id', 'piece_tag.tagId')
        .select(['piece_tag.pieceName', sql<string[]>`array_agg(tag.name order by tag.name)`.as('names')])
        .where('piece_tag.platformId', '=', platformId)
        .groupBy('piece_tag.pieceName')
        .execute()
      return new Map(rows.map(({ pieceName, names }) => [pieceName, names]))
    },
  }
}

export type Tags = ReturnType<typeof createTags>
