import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams, Nothing, pageOf, pageQuery } from './shapes.ts'

const TagName = z.string().min(1).max(100)
export const Tag = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  name: z.string(),
})
export type Tag = z.infer<typeof Tag>

const shared = { permission: 'PLATFORM_ADMIN', project: null } as const

export const tags = {
  list: endpoint({
    ...shared,
    method: 'GET',
    path: '/v1/tags',
    operationId: 'tags.list',
    summary: 'List the tags of the platform',
    principals: ['USER'],
    query: z.object(pageQuery(10)),
    response: pageOf(Tag),
  }),
  create: endpoint({
    ...shared,
    method: 'POST',
    path: '/v1/tags',
    operationId: 'tags.create',
    summary: 'Create a tag, or get the one of this name',
    principals: ['USER'],
    status: 201,
    body: z.object({ name: TagName }),
    response: Tag,
  }),
  setOnPieces: endpoint({
    ...shared,
    method: 'POST',
    path: '/v1/tags/pieces',
    operationId: 'tags.setOnPieces',
    summary: 'Set the tags of pieces',
    principals: ['USER', 'SERVICE'],
    status: 201,
    body: z.object({ piecesName: z.array(z.string()).max(5000), tags: z.array(TagName).max(100) }),
    response: Nothing,
  }),
  remove: endpoint({
    ...shared,
    method: 'DELETE',
    path: '/v1/tags/:id',
    operationId: 'tags.remove',
    summary: 'Delete a tag',
    principals: ['USER'],
    status: 204,
    params: IdParams,
  }),
}
