import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { pageOf, pageQuery } from '../../http/pagination.ts'
import { route } from '../../http/route.ts'
import { IdParams } from '../../http/schemas.ts'
import type { Tags } from './tags.ts'

const DEFAULT_LIMIT = 10
const TagName = z.string().min(1).max(100)
const Tag = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  name: z.string(),
})

/** Tags, by which pieces are chosen for projects. */
export function tagRoutes(app: FastifyInstance, { tags }: { tags: Tags }): void {
  const shared = { permission: 'PLATFORM_ADMIN', project: null } as const

  route(app, {
    ...shared,
    method: 'GET',
    url: '/v1/tags',
    summary: 'List the tags of the platform',
    principals: ['USER'],
    schema: { query: z.object(pageQuery(DEFAULT_LIMIT)), response: pageOf(Tag) },
    handler: ({ principal, query }) => tags.list(principal.platformId, query),
  })

  route(app, {
    ...shared,
    method: 'POST',
    url: '/v1/tags',
    summary: 'Create a tag, or get the one of this name',
    principals: ['USER'],
    status: 201,
    schema: { body: z.object({ name: TagName }), response: Tag },
    handler: ({ principal, body }) => tags.upsert(principal.platformId, body.name),
  })

  route(app, {
    ...shared,
    method: 'POST',
    url: '/v1/tags/pieces',
    summary: 'Set the tags of pieces',
    principals: ['USER', 'SERVICE'],
    status: 201,
    schema: { body: z.object({ piecesName: z.array(z.string()).max(5000), tags: z.array(TagName).max(100) }) },
    handler: async ({ principal, body }) => {
      await tags.setTags(principal.platformId, body.piecesName, body.tags)
      return {}
    },
  })

  route(app, {
    ...shared,
    method: 'DELETE',
    url: '/v1/tags/:id',
    summary: 'Delete a tag',
    principals: ['USER'],
    status: 204,
    schema: { params: IdParams },
    handler: ({ principal, params }) => tags.remove(principal.platformId, params.id),
  })
}
