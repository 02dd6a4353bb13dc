import { api } from '@piecework/api/index'
import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import type { Db } from '../../database/open.ts'
import { implement } from '../../http/implement.ts'
import { deleteEntry, selectEntry, upsertEntry } from './store.ts'

const KB = 1024
const MAX_VALUE_BYTES = 512 * KB

/** The key-value store of pieces; the engine puts the scope into the key. */
export function storeEntryRoutes(app: FastifyInstance, { db }: { db: Db }): void {
  implement(app, api.storeEntries.set, ({ actor, body }) => {
    const value = JSON.stringify(body.value ?? null)
    if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
      throw new AppError('PAYLOAD_TOO_LARGE', { message: `value: must not be larger than ${MAX_VALUE_BYTES / KB} KiB` })
    }
    return upsertEntry(db, actor.projectId, body.key, value)
  })

  implement(app, api.storeEntries.get, async ({ actor, query, reply }) => {
    const entry = await selectEntry(db, actor.projectId, query.key)
    return entry ?? reply.code(404).type('text/plain').send('Value not found!')
  })

  implement(app, api.storeEntries.remove, ({ actor, query }) =>
    deleteEntry(db, actor.projectId, query.key).then(() => undefined),
  )
}
