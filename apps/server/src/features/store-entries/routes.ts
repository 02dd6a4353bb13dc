import { AppError } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import { projectOfToken } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import { deleteEntry, selectEntry, upsertEntry } from './store.ts'

const KB = 1024
const MAX_VALUE_BYTES = 512 * KB
/** 128 characters of the piece's own, behind the prefix of the scope and of tests. */
const MAX_KEY_LENGTH = 128 + 'testflow_/'.length + 21

const Key = z.string().min(1).max(MAX_KEY_LENGTH)
const Entry = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  key: z.string(),
  value: z.unknown(),
})

/** The key-value store of pieces; the engine puts the scope into the key. */
export function storeEntryRoutes(app: FastifyInstance, { db }: { db: Db }): void {
  const shared = {
    principals: ['ENGINE'],
    permission: 'NONE',
    project: projectOfToken,
    url: '/v1/store-entries',
  } as const

  route(app, {
    ...shared,
    method: 'POST',
    summary: 'Set a value',
    schema: { body: z.object({ key: Key, value: z.unknown() }), response: Entry },
    handler: ({ project, body }) => {
      const value = JSON.stringify(body.value ?? null)
      if (Buffer.byteLength(value) > MAX_VALUE_BYTES) {
        throw new AppError('PAYLOAD_TOO_LARGE', {
          message: `value: must not be larger than ${MAX_VALUE_BYTES / KB} KiB`,
        })
      }
      return upsertEntry(db, project.id, body.key, value)
    },
  })

  route(app, {
    ...shared,
    method: 'GET',
    summary: 'Get a value',
    schema: { query: z.object({ key: Key }), response: Entry },
    handler: async ({ project, query, reply }) => {
      const entry = await selectEntry(db, project.id, query.key)
      return entry ?? reply.code(404).type('text/plain').send('Value not found!')
    },
  })

  route(app, {
    ...shared,
    method: 'DELETE',
    summary: 'Delete a value',
    schema: { query: z.object({ key: Key }) },
    handler: ({ project, query }) => deleteEntry(db, project.id, query.key).then(() => undefined),
  })
}
