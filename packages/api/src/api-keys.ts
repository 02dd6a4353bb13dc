import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { IdParams, pageOf } from './shapes.ts'

export const ApiKey = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  displayName: z.string(),
  truncatedValue: z.string(),
  lastUsedAt: z.string().nullable(),
})
export type ApiKey = z.infer<typeof ApiKey>

export const apiKeys = {
  create: endpoint({
    method: 'POST',
    path: '/v1/api-keys',
    operationId: 'apiKeys.create',
    summary: 'Create an API key; its value is shown this once',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 201,
    body: z.object({ displayName: z.string().trim().min(1).max(100) }),
    response: ApiKey.extend({ value: z.string() }),
    errors: ['VALIDATION'],
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/api-keys',
    operationId: 'apiKeys.list',
    summary: 'List the API keys of the platform',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    response: pageOf(ApiKey),
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/api-keys/:id',
    operationId: 'apiKeys.remove',
    summary: 'Delete an API key; it stops working at once',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 204,
    params: IdParams,
  }),
}
