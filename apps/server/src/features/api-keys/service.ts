import type { ApiKey } from '@piecework/api/api-keys'
import { notFound } from '@piecework/model/errors'
import { newId, randomText } from '@piecework/model/ids'
import { hashApiKey } from '../../access/access.ts'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Events } from '../../events/events.ts'
import { apiKeyPolicy } from '../../policies/api-key.ts'
import { authorize } from '../../policies/policy.ts'
import { deleteApiKey, insertApiKey, selectApiKeys } from './store.ts'

/** Keys with which programs call the API in the name of the platform. */
export type ApiKeys = ReturnType<typeof createApiKeys>

const SECRET_LENGTH = 61
const SHOWN_LENGTH = 4

export function createApiKeys({ db, events }: { db: Db; events: Pick<Events, 'emit'> }) {
  return {
    /** @returns the key with its value, which is never shown again. */
    async create(actor: Actor, displayName: string): Promise<ApiKey & { value: string }> {
      authorize(actor, apiKeyPolicy.create)
      const value = `sk-${randomText(SECRET_LENGTH)}`
      const row = await insertApiKey(db, {
        id: newId(),
        platformId: actor.platformId,
        displayName,
        hashedValue: hashApiKey(value),
        truncatedValue: value.slice(-SHOWN_LENGTH),
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
      if (!(await deleteApiKey(db, actor.platformId, id))) throw notFound('api_key', id)
      await events.emit('ACCESS_CHANGED', { of: 'API_KEY', id })
    },
  }
}
