import { type Listing, listing } from './listing.ts'
import type { CallOptions, Send } from './transport.ts'
import type { Credential, Deleted, Integration, Operations } from './types.ts'

/** Nothing here gives the value of a credential. */
export const credentialsOf = (send: Send) => ({
  /** Newest first. */
  list: (query: Operations['credentials.list']['query'] = {}, call: CallOptions = {}): Listing<Credential> =>
    listing(send, 'credentials.list', { query }, call),

  get: async (id: string, call: CallOptions = {}): Promise<Credential> =>
    (await send('credentials.get', { params: { id } }, call)).data,

  create: async (body: Operations['credentials.create']['body'], call: CallOptions = {}): Promise<Credential> =>
    (await send('credentials.create', { body }, call)).data,

  delete: async (id: string, call: CallOptions = {}): Promise<Deleted> =>
    (await send('credentials.remove', { params: { id } }, call)).data,
})

export const integrationsOf = (send: Send) => ({
  /** The apps that are connected. */
  list: (query: Operations['integrations.list']['query'] = {}, call: CallOptions = {}): Listing<Integration> =>
    listing(send, 'integrations.list', { query }, call),

  /** Lets the piece look at its connection. */
  test: async (id: string, call: CallOptions = {}): Promise<Operations['integrations.test']['data']> =>
    (await send('integrations.test', { params: { id } }, call)).data,
})
