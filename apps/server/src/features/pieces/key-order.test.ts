import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { eventually } from '../../testing/flows.ts'
import { installPiece } from '../../testing/install-piece.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const NAME = '@acme/piece-order'
const KEYS = ['zeta', 'alpha', 'mm', 'bb']
const WORKS = { AP_CONTAINER_TYPE: 'WORKER_AND_APP' }

const action = (name: string) => `createAction({
  name: '${name}', displayName: '${name}', description: '', auth,
  props: { ${KEYS.map((key) => `${key}: Property.ShortText({ displayName: '${key}', required: false })`).join(', ')} },
  run: async () => null,
})`
const source = `
  import { createAction, createPiece, PieceAuth, Property } from '@piecework/framework'
  const auth = PieceAuth.CustomAuth({ required: true, props: {
    ${KEYS.map((key) => `${key}: Property.ShortText({ displayName: '${key}', required: true })`).join(', ')}
  } })
  export const piece = createPiece({
    displayName: 'Order', logoUrl: '', authors: [], description: '', auth, triggers: [],
    actions: [${KEYS.map(action).join(', ')}],
  })`

const get = (server: TestServer, { token }: Person) =>
  server.call<PieceMetadata & { auth: { props: object } }>('GET', `/v1/pieces/${NAME}`, { token })

async function expectOrder(server: TestServer, owner: Person): Promise<void> {
  const { body } = await get(server, owner)
  expect(Object.keys(body.actions)).toEqual(KEYS)
  expect(Object.keys(body.actions.mm?.props ?? {})).toEqual(KEYS)
  expect(Object.keys(body.auth.props)).toEqual(KEYS)
}

test('actions, properties and connection fields keep their order; rows that lost it are read again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'piecework-'))
  try {
    let server = await startTestServer(WORKS, { folder })
    const owner = await signUpOwner(server)
    await installPiece(server, owner, { name: NAME, version: '1.0.0', source })
    await expectOrder(server, owner)
    // As an earlier release left it.
    await sql`update piece_metadata set "inOrder" = false, metadata = metadata::jsonb`.execute(server.server.db)
    await server[Symbol.asyncDispose]()

    server = await startTestServer(WORKS, { folder })
    await eventually(async () => {
      const rows = await server.server.db.selectFrom('piece_metadata').select('inOrder').execute()
      return rows.every(({ inOrder }) => inOrder) || undefined
    }, 'the piece in order')
    await expectOrder(server, owner)
    await server[Symbol.asyncDispose]()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('what clients keep with a flow comes back in their order', async () => {
  await using server = await startTestServer()
  const { token, projectId } = await signUpOwner(server)
  const metadata = Object.fromEntries(KEYS.map((key) => [key, 1]))
  const made = await server.call<{ id: string }>('POST', '/v1/flows', {
    token,
    body: { displayName: 'A flow', projectId, metadata },
  })
  const found = await server.call<{ metadata: object }>('GET', `/v1/flows/${made.body.id}`, { token })
  expect(Object.keys(found.body.metadata)).toEqual(KEYS)
})
