import { api } from '@piecework/api/index'
import { notFound } from '@piecework/model/errors'
import { newId, randomText } from '@piecework/model/ids'
import type { FastifyInstance } from 'fastify'
import type { Db } from '../../database/open.ts'
import { singlePage } from '../../database/pagination.ts'
import { hashApiKey } from '../../http/access.ts'
import { implement } from '../../http/implement.ts'
import { deleteApiKey, insertApiKey, selectApiKeys } from './store.ts'

const SECRET_LENGTH = 61
const SHOWN_LENGTH = 4

/** Keys with which programs call the API in the name of the platform. */
export function apiKeyRoutes(app: FastifyInstance, { db }: { db: Db }): void {
  implement(app, api.apiKeys.create, async ({ principal, body }) => {
    const value = `sk-${randomText(SECRET_LENGTH)}`
    const row = await insertApiKey(db, {
      id: newId(),
      platformId: principal.platformId,
      displayName: body.displayName,
      hashedValue: hashApiKey(value),
      truncatedValue: value.slice(-SHOWN_LENGTH),
    })
    return { ...row, value }
  })

  implement(app, api.apiKeys.list, async ({ principal }) => singlePage(await selectApiKeys(db, principal.platformId)))

  implement(app, api.apiKeys.remove, async ({ principal, params }) => {
    if (!(await deleteApiKey(db, principal.platformId, params.id))) throw notFound('api_key', params.id)
  })
}
