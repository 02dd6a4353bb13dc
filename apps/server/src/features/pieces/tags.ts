import { notFound } from '@piecework/model/errors'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import { tagPolicy } from '../../policies/piece.ts'
import { authorize } from '../../policies/policy.ts'
import { deleteTag, pageTags, replaceTagsOfPieces, selectTagsOfPieces, upsertTag } from './tag-store.ts'

/** The tags of a platform and the pieces that carry them. */
export type Tags = ReturnType<typeof createTags>

export function createTags({ db }: { db: Db }) {
  return {
    async list(actor: Actor, page: PageRequest) {
      authorize(actor, tagPolicy.read)
      return pageTags(db, actor.platformId, page)
    },

    /** Creates the tag, or gives the one of this name. */
    async upsert(actor: Actor, name: string) {
      authorize(actor, tagPolicy.create)
      return upsertTag(db, actor.platformId, name)
    },

    /** The pieces carry these tags, and no others. */
    async setTags(actor: Actor, pieceNames: readonly string[], tags: readonly string[]): Promise<void> {
      authorize(actor, tagPolicy.setOnPieces)
      const { platformId } = actor
      const found = await Promise.all([...new Set(tags)].map((name) => upsertTag(db, platformId, name)))
      const tagIds = found.map(({ id }) => id)
      await db.transaction().execute((trx) => replaceTagsOfPieces(trx, platformId, [...new Set(pieceNames)], tagIds))
    },

    /** @throws AppError ENTITY_NOT_FOUND */
    async remove(actor: Actor, id: string): Promise<void> {
      authorize(actor, tagPolicy.delete)
      if (!(await deleteTag(db, actor.platformId, id))) throw notFound('tag', id)
    },

    /** Names of tags by piece name. */
    ofPieces: (platformId: string): Promise<Map<string, string[]>> => selectTagsOfPieces(db, platformId),
  }
}
