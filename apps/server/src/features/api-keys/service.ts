import type { ApiKey } from '@piecework/api/api-keys'
import { AppError, notFound } from '@piecework/model/errors'
import { newId } from '@piecework/model/ids'
import { API_KEY_PREFIX } from '../../access/access.ts'
import type { Actor } from '../../access/actor.ts'
import { makeSecretKey } from '../../access/secret-key.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { apiKeyPolicy } from '../../policies/api-key.ts'
import { authorize } from '../../policies/policy.ts'
import { deleteApiKey, insertApiKey, selectApiKeys } from './store.ts'

/** Keys with which programs call the API in the name of the platform. */
export type ApiKeys = ReturnType<typeof createApiKeys>

/** The most keys of a platform: a list without pages shows them. */
const MAX_KEYS = 1000

interface Parts {
  db: Db
  events: Pick<Events, 'emit'>
  outbox: Outbox
}

export function createApiKeys({ db, events, outbox }: Parts) {
  return {
    /** @returns the key with its value, which is never shown again. @throws AppError VALIDATION */
    async create(actor: Actor, displayName: string): Promise<ApiKey & { value: string }> {
      authorize(actor, apiKeyPolicy.create)
      const { value, stored } = makeSecretKey(API_KEY_PREFIX)
      const row = await outbox.transaction(async (trx, recordEvent) => {
        const row = { id: newId(), platformId: actor.platformId, displayName, ...stored }
        const apiKey = await insertApiKey(trx, row, MAX_KEYS)
        if (!apiKey)
          throw new AppError('VALIDATION', {
            message: `a platform has at most ${MAX_KEYS} API keys: delete one that is not in use`,
          })
        recordEvent(actor, 'api.key.created', { apiKey })
        return apiKey
      })
      return { ...row, value }
    },

    async list(actor: Actor): Promise<ApiKey[]> {
      authorize(actor, apiKeyPolicy.read)
      return selectApiKeys(db, actor.platformId)
    },

    /** No app takes the key any more. @throws AppError ENTITY_NOT_FOUND */
    async remove(actor: Actor, id: string): Promise<void> {
      authorize(actor, apiKeyPolicy.delete)
      await outbox.transaction(async (trx, recordEvent) => {
        const apiKey = await deleteApiKey(trx, actor.platformId, id)
        if (!apiKey) throw notFound('api_key', id)
        recordEvent(actor, 'api.key.deleted', { apiKey })
      })
      await events.emit('ACCESS_CHANGED', { of: 'API_KEY', id })
    },
  }
}
