import { newId } from '@piecework/model/ids'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { expect, test } from 'vitest'
import { signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const metadata = (name: string, version: string): PieceMetadata => ({
  name,
  displayName: name,
  logoUrl: '',
  description: '',
  authors: [],
  version,
  minimumSupportedRelease: '0.82.0',
  actions: {},
  triggers: {},
})

const publish = (server: TestServer, piece: PieceMetadata) =>
  server.server.db
    .insertInto('piece_metadata')
    .values({
      id: newId(),
      name: piece.name,
      version: piece.version,
      pieceType: 'OFFICIAL',
      packageType: 'REGISTRY',
      metadata: JSON.stringify(piece),
    })
    .execute()

test('official pieces follow a registry: new ones come, old ones go, those for other releases stay away', async () => {
  await using registry = await startTestServer()
  await publish(registry, metadata('@acme/piece-one', '1.0.0'))
  await publish(registry, metadata('@acme/piece-two', '2.0.0'))
  await publish(registry, { ...metadata('@acme/piece-later', '1.0.0'), minimumSupportedRelease: '99.0.0' })
  await using server = await startTestServer({
    AP_PIECES_REGISTRY_URL: `${registry.origin}/api/v1/pieces`,
    AP_PIECES_SYNC_MODE: 'NONE',
  })
  const { token } = await signUpOwner(server)
  const names = async () =>
    (await server.call<{ name: string }[]>('GET', '/v1/pieces')).body
      .map((piece) => piece.name)
      .filter((name) => name.startsWith('@acme/'))
  const sync = () => server.call<{ added: number; removed: number }>('POST', '/v1/pieces/sync', { token })

  // The built-in pieces of the registry's server are pieces like any other.
  const first = await sync()
  expect(first.body.added).toBeGreaterThanOrEqual(2)
  expect(await names()).toEqual(['@acme/piece-one', '@acme/piece-two'])
  const found = await server.call('GET', '/v1/pieces/@acme/piece-two', { query: { version: '2.0.0' } })
  expect(found.body).toMatchObject({ pieceType: 'OFFICIAL', packageType: 'REGISTRY', version: '2.0.0' })

  await registry.server.db.deleteFrom('piece_metadata').where('name', '=', '@acme/piece-one').execute()
  expect(await sync()).toMatchObject({ status: 200, body: { added: 0, removed: 1, failed: 0 } })
  expect(await names()).toEqual(['@acme/piece-two'])
})

test('without a registry, or with one that is away, pieces stay and the caller hears why', async () => {
  await using server = await startTestServer({ AP_PIECES_REGISTRY_URL: 'http://127.0.0.1:9/api/v1/pieces' })
  const { token } = await signUpOwner(server)
  const answer = await server.call('POST', '/v1/pieces/sync', { token })
  expect(answer).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
  expect(JSON.stringify(answer.body)).toContain('http://127.0.0.1:9')
  expect((await server.call<unknown[]>('GET', '/v1/pieces')).body.length).toBeGreaterThan(5)
})
