import type { ApiKey } from '@piecework/api/api-keys'
import { notFound } from '@piecework/model/errors'
import { newId, randomText } from '@piecework/model/ids'
import { hashApiKey } from '../../access/access.ts'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import type { Outbox } from '../../outbox/outbox.ts'
import { apiKeyPolicy } from '../../policies/api-key.ts'
import { authorize } from '../../policies/policy.ts'
import { deleteApiKey, insertApiKey, selectApiKeys } from './store.ts'

/** Keys with which programs call the API in the name of the platform. */
export type ApiKeys = ReturnType<typeof createApiKeys>

const SECRET_LENGTH = 61
const SHOWN_LENGTH = 4

interface Parts {
  db: Db
  events: Pick<Events, 'emit'>
  outbox: Outbox
}

export function createApiKeys({ db, events, outbox }: Parts) {
  return {
    /** @returns the key with its value, which is never shown again. */
    async create(actor: Actor, displayName: string): Promise<ApiKey & { value: string }> {
      authorize(actor, apiKeyPolicy.create)
      const value = `sk-${randomText(SECRET_LENGTH)}`
      const row = await outbox.transaction(async (trx, recordEvent) => {
        const apiKey = await insertApiKey(trx, {
          id: newId(),
          platformId: actor.platformId,
          displayName,
          hashedValue: hashApiKey(value),
          truncatedValue: value.slice(-SHOWN_LENGTH),
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
