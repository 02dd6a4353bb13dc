import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { StoreEntries } from './service.ts'

export function storeEntryRoutes(app: FastifyInstance, { storeEntries }: { storeEntries: StoreEntries }): void {
  implement(app, api.storeEntries.set, ({ actor, body }) => storeEntries.set(actor, body.key, body.value))

  implement(app, api.storeEntries.get, async ({ actor, query, reply }) => {
    const entry = await storeEntries.get(actor, query.key)
    return entry ?? reply.code(404).type('text/plain').send('Value not found!')
  })

  implement(app, api.storeEntries.remove, ({ actor, query }) => storeEntries.remove(actor, query.key))
}
