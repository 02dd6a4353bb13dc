import { notFound } from '@piecework/model/errors'
import { newId, randomText } from '@piecework/model/ids'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import { hashApiKey } from '../../http/access.ts'
import { pageOf, singlePage } from '../../http/pagination.ts'
import { route } from '../../http/route.ts'
import { IdParams } from '../../http/schemas.ts'
import { deleteApiKey, insertApiKey, selectApiKeys } from './store.ts'

const SECRET_LENGTH = 61
const SHOWN_LENGTH = 4

const ApiKey = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  platformId: z.string(),
  displayName: z.string(),
  truncatedValue: z.string(),
  lastUsedAt: z.string().nullable(),
})

/** Keys with which programs call the API in the name of the platform. */
export function apiKeyRoutes(app: FastifyInstance, { db }: { db: Db }): void {
  route(app, {
    method: 'POST',
    url: '/v1/api-keys',
    summary: 'Create an API key; its value is shown this once',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 201,
    schema: { body: z.object({ displayName: z.string().min(1) }), response: ApiKey.extend({ value: z.string() }) },
    handler: async ({ principal, body }) => {
      const value = `sk-${randomText(SECRET_LENGTH)}`
      const row = await insertApiKey(db, {
        id: newId(),
        platformId: principal.platformId,
        displayName: body.displayName,
        hashedValue: hashApiKey(value),
        truncatedValue: value.slice(-SHOWN_LENGTH),
      })
      return { ...row, value }
    },
  })

  route(app, {
    method: 'GET',
    url: '/v1/api-keys',
    summary: 'List the API keys of the platform',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    schema: { response: pageOf(ApiKey) },
    handler: async ({ principal }) => singlePage(await selectApiKeys(db, principal.platformId)),
  })

  route(app, {
    method: 'DELETE',
    url: '/v1/api-keys/:id',
    summary: 'Delete an API key; it stops working at once',
    principals: ['USER'],
    permission: 'PLATFORM_ADMIN',
    project: null,
    status: 204,
    schema: { params: IdParams },
    handler: async ({ principal, params }) => {
      if (!(await deleteApiKey(db, principal.platformId, params.id))) throw notFound('api_key', params.id)
    },
  })
}
