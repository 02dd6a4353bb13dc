import { newId } from '@piecework/model/ids'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../../database/open.ts'
import { type TestDatabase, testDatabase } from '../../database/testing.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { createCatalogue } from './catalogue.ts'

const PIECE = '@activepieces/piece-test'
const builtIn: PieceMetadata = {
  name: PIECE,
  displayName: 'Test',
  logoUrl: '',
  description: 'does things',
  authors: [],
  version: '1.4.0',
  actions: {},
  triggers: {},
}

let fixture: TestDatabase
let db: Db
let server: TestServer
let owner: Person

beforeAll(async () => {
  fixture = await testDatabase('PGLITE')
  db = fixture.db
  server = await startTestServer()
  owner = await signUpOwner(server)
})
afterAll(async () => {
  await fixture[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

function install(version: string): Promise<unknown> {
  const metadata = JSON.stringify({ ...builtIn, version })
  return db
    .insertInto('piece_metadata')
    .values({ id: newId(), name: PIECE, version, pieceType: 'CUSTOM', packageType: 'REGISTRY', metadata })
    .execute()
}

test('an exact version that is installed wins, and the built-in piece answers to every other one', async () => {
  const catalogue = createCatalogue({ db, builtIn: [builtIn], maxEntries: 10 })
  const versionOf = async (pinned?: string) => (await catalogue.find(PIECE, pinned, null))?.metadata.version
  expect(await versionOf('0.3.15')).toBe('1.4.0')
  expect(await catalogue.sourceOf(PIECE, '0.3.15', '')).toEqual({ type: 'BUILTIN' })
  await install('0.3.15')
  await install('1.4.2')
  catalogue.forget()
  expect(await versionOf('0.3.15')).toBe('0.3.15')
  expect(await catalogue.sourceOf(PIECE, '0.3.15', '')).toEqual({ type: 'REGISTRY' })
  expect(await versionOf('0.3.16')).toBe('1.4.0')
  expect(await versionOf('1.4.0')).toBe('1.4.0')
  expect(await versionOf('~1.4.0')).toBe('1.4.2')
  expect(await versionOf('~0.3.0')).toBe('0.3.15')
  expect(await versionOf('^0.2.0')).toBe('0.3.15')
  expect(await versionOf('^1.4.1')).toBe('1.4.2')
  expect(await versionOf()).toBe('1.4.2')
  expect((await catalogue.versions(PIECE, null)).map((piece) => piece.metadata.version)).toEqual([
    '1.4.2',
    '1.4.0',
    '0.3.15',
  ])
  expect(await catalogue.find('nobody/knows', undefined, null)).toBeUndefined()
})

test('a piece whose stored metadata are damaged is left out, and the others are found', async () => {
  const deep = `${'['.repeat(2500)}${']'.repeat(2500)}`
  for (const [index, damage] of ['"text"', '[]', '7', 'null', '{"actions":7}', deep].entries()) {
    const row = { id: newId(), name: `damaged-${index}`, version: '1.0.0', metadata: damage }
    await db
      .insertInto('piece_metadata')
      .values({ ...row, pieceType: 'CUSTOM', packageType: 'REGISTRY' })
      .execute()
    await db
      .insertInto('piece_metadata')
      .values({
        ...row,
        id: newId(),
        name: PIECE,
        version: `9.0.${index}`,
        pieceType: 'CUSTOM',
        packageType: 'REGISTRY',
      })
      .execute()
  }
  const catalogue = createCatalogue({ db, builtIn: [builtIn], maxEntries: 10 })
  expect((await catalogue.list(null)).map((piece) => piece.metadata.name)).toEqual([PIECE])
  expect(await catalogue.find('damaged-0', undefined, null)).toBeUndefined()
  expect((await catalogue.find(PIECE, undefined, null))?.metadata.version).toBe('1.4.2')
  await db.deleteFrom('piece_metadata').where('version', 'like', '9.0.%').execute()
})

test('pieces are listed with counts, searched, and read by name', async () => {
  const get = <Body>(path: string, query = {}) => server.call<Body>('GET', path, { token: owner.token, query })
  const all = await get<{ name: string; actions: number; triggers: number }[]>('/v1/pieces')
  expect(all.body.map((piece) => piece.name)).toContain('@activepieces/piece-webhook')
  expect(all.body.every((piece) => Number.isInteger(piece.actions) && Number.isInteger(piece.triggers))).toBe(true)
  const found = await get<{ name: string }[]>('/v1/pieces', { searchQuery: 'catch webhook' })
  expect(found.body[0]?.name).toBe('@activepieces/piece-webhook')
  const first = async (searchQuery: string) =>
    (await get<{ name: string }[]>('/v1/pieces', { searchQuery })).body[0]?.name
  expect(await first('CSV spreadsheet')).toBe('@activepieces/piece-csv')
  expect(await first('QR Code maker')).toBe('@activepieces/piece-qrcode')
  expect(await first('xyzzy plugh')).toBeUndefined()
  for (const [query, name] of [
    ['qrcode', 'qrcode'],
    ['qrcod', 'qrcode'],
    ['code qr', 'qrcode'],
    ['csv spredsheet', 'csv'],
    ['postgers', 'postgres'],
    ['text helpr', 'text-helper'],
    ['helper text', 'text-helper'],
    ['texthelper', 'text-helper'],
    ['my sql', 'mysql'],
    ['shcedule', 'schedule'],
    ['the schedule please', 'schedule'],
  ] as const)
    expect(`${query}: ${await first(query)}`).toBe(`${query}: @activepieces/piece-${name}`)
  for (const name of ['@activepieces/piece-webhook', '%40activepieces%2Fpiece-webhook']) {
    expect((await get(`/v1/pieces/${name}`)).body).toMatchObject({
      name: '@activepieces/piece-webhook',
      triggers: { catch_webhook: { type: 'WEBHOOK' } },
    })
  }
  expect((await get('/v1/pieces/@activepieces/piece-webhook/versions')).body).toMatchObject([
    { name: '@activepieces/piece-webhook' },
  ])
  expect(await get('/v1/pieces/@nobody/knows')).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND' } })
  expect(await get('/v1/pieces/@activepieces/piece-webhook', { version: 'newest' })).toMatchObject({ status: 400 })
  expect((await get<string[]>('/v1/pieces/categories')).body).toContain('CORE')
})

test('a list is sent again only when something that it shows has changed', async () => {
  const list = (headers: Record<string, string> = {}, query = '') =>
    fetch(`${server.origin}/api/v1/pieces${query}`, {
      headers: { authorization: `Bearer ${owner.token}`, 'accept-encoding': 'identity', ...headers },
    })
  const first = await list()
  const etag = first.headers.get('etag') ?? ''
  const text = await first.text()
  expect(first.headers.get('content-encoding')).toBeNull()
  const zipped = await list({ 'accept-encoding': 'gzip' })
  expect(zipped.headers.get('content-encoding')).toBe('gzip')
  expect(await zipped.text()).toBe(text)
  const same = await list({ 'if-none-match': `"other", ${etag}` })
  expect([same.status, await same.text()]).toEqual([304, ''])
  expect((await list({ 'if-none-match': etag }, '?orderBy=DESC')).status).toBe(200)

  const hide = (filteredPieceNames: string[]) =>
    server.call('POST', `/v1/platforms/${owner.platformId}`, { token: owner.token, body: { filteredPieceNames } })
  await hide(['@activepieces/piece-http'])
  const hidden = await list({ 'if-none-match': etag })
  expect(hidden.status).toBe(200)
  expect(await hidden.text()).not.toContain('"@activepieces/piece-http"')
  await hide([])
  expect((await list({ 'if-none-match': etag })).status).toBe(304)
  // Somebody without a token sees what is hidden nowhere.
  expect((await fetch(`${server.origin}/api/v1/pieces`)).status).toBe(200)

  const piece = () => `${server.origin}/api/v1/pieces/@activepieces/piece-webhook`
  const known = (await fetch(piece())).headers.get('etag') ?? ''
  expect((await fetch(piece(), { headers: { 'if-none-match': known } })).status).toBe(304)
})

test('suggestions are what a search is about: single actions, or all of a piece that is named', async () => {
  const suggest = async (searchQuery: string) => {
    const { body } = await server.call<{ name: string; suggestedActions: { name: string }[] }[]>('GET', '/v1/pieces', {
      token: owner.token,
      query: { searchQuery, suggestionType: 'ACTION' },
    })
    return new Map(body.map((piece) => [piece.name, piece.suggestedActions.map((action) => action.name)]))
  }
  expect((await suggest('subtract')).get('@activepieces/piece-math-helper')).toEqual(['subtraction_math'])
  expect((await suggest('math subtract')).get('@activepieces/piece-math-helper')).toEqual(['subtraction_math'])
  const math = (await suggest('math helper')).get('@activepieces/piece-math-helper')
  expect(math?.length).toBeGreaterThan(3)
})
