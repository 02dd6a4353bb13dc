import { z } from 'zod'
import { endpoint, projectOfToken } from './endpoint.ts'

/** 128 characters for the piece's own key, after the prefix of the scope and of tests. */
const MAX_KEY_LENGTH = 128 + 'testflow_/'.length + 21
const Key = z.string().min(1).max(MAX_KEY_LENGTH)
export const StoreEntry = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  key: z.string(),
  value: z.unknown(),
})

const shared = { principals: ['ENGINE'], permission: 'NONE', project: projectOfToken } as const

export const storeEntries = {
  set: endpoint({
    ...shared,
    operationId: 'storeEntries.set',
    path: '/v1/store-entries',
    method: 'POST',
    summary: 'Set a value',
    body: z.object({ key: Key, value: z.unknown() }),
    response: StoreEntry,
  }),
  get: endpoint({
    ...shared,
    operationId: 'storeEntries.get',
    path: '/v1/store-entries',
    method: 'GET',
    summary: 'Get a value',
    query: z.object({ key: Key }),
    response: StoreEntry,
  }),
  remove: endpoint({
    ...shared,
    operationId: 'storeEntries.remove',
    path: '/v1/store-entries',
    method: 'DELETE',
    summary: 'Delete a value',
    sends: 'nothing',
    query: z.object({ key: Key }),
  }),
}
