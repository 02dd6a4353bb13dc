import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { Tags } from './tags.ts'

/** Tags, by which pieces are chosen for projects. */
export function tagRoutes(app: FastifyInstance, { tags }: { tags: Tags }): void {
  implement(app, api.tags.list, ({ actor, query }) => tags.list(actor, query))

  implement(app, api.tags.create, ({ actor, body }) => tags.upsert(actor, body.name))

  implement(app, api.tags.setOnPieces, async ({ actor, body }) => {
    await tags.setTags(actor, body.piecesName, body.tags)
    return {}
  })

  implement(app, api.tags.remove, ({ actor, params }) => tags.remove(actor, params.id))
}
