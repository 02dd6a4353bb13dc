import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { Tags } from './tag-store.ts'

/** Tags, by which pieces are chosen for projects. */
export function tagRoutes(app: FastifyInstance, { tags }: { tags: Tags }): void {
  implement(app, api.tags.list, ({ principal, query }) => tags.list(principal.platformId, query))

  implement(app, api.tags.create, ({ principal, body }) => tags.upsert(principal.platformId, body.name))

  implement(app, api.tags.setOnPieces, async ({ principal, body }) => {
    await tags.setTags(principal.platformId, body.piecesName, body.tags)
    return {}
  })

  implement(app, api.tags.remove, ({ principal, params }) => tags.remove(principal.platformId, params.id))
}
