import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { PieceMetadata } from '@piecework/model/piece/metadata'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { packageArchive, pieceArchive, startTestRegistry, type TestRegistry } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

// These tests install packages from a registry of their own, so that they need no network.
const NAME = '@acme/piece-greeter'
const source = (text: string) => `
  import { createAction, createPiece, PieceAuth, Property } from '@piecework/framework'
  const greet = createAction({
    name: 'greet', displayName: 'Greet', description: 'Says hello', auth: PieceAuth.None(),
    props: { who: Property.ShortText({ displayName: 'Who', required: true }) },
    run: async ({ propsValue }) => ({ text: ${JSON.stringify(text)} + ' ' + propsValue.who }),
  })
  export const greeter = createPiece({
    displayName: 'Greeter', logoUrl: 'https://x.test/logo.svg', authors: ['ada'], description: 'Greets people',
    auth: PieceAuth.None(), categories: ['COMMUNICATION'], actions: [greet], triggers: [],
  })`

const SHORTLY_NAMED = '@activepieces/piece-loud-hailer'
let registry: TestRegistry
let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>
let folder = ''
let marker = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'piecework-npm-'))
  marker = join(folder, 'script-ran')
  const french = { 'src/i18n/fr.json': JSON.stringify({ 'Greets people': 'Salue les gens', Greet: 'Saluer' }) }
  const piece = (version: string, text: string, more = {}) =>
    pieceArchive(NAME, version, source(text), more).then((archive) => ({ name: NAME, version, archive }))
  const broken = (version: string, code: string) => ({
    name: '@acme/piece-broken',
    version,
    archive: packageArchive({ name: '@acme/piece-broken', version, files: { 'src/index.js': code } }),
  })
  registry = await startTestRegistry(
    [
      await piece('1.0.0', 'hello', {
        files: french,
        manifest: { scripts: { install: `touch ${marker}`, postinstall: `touch ${marker}` } },
      }),
      await piece('1.1.0', 'good day'),
      await piece('1.2.0', 'unheard of'),
      { name: SHORTLY_NAMED, version: '0.2.0', archive: await pieceArchive(SHORTLY_NAMED, '0.2.0', source('LOUD')) },
      broken('1.0.0', 'exports.nothing = 1'),
      broken('2.0.0', 'throw new Error("no licence found")'),
    ],
    [`${NAME}@1.2.0`],
  )
  vi.stubEnv('npm_config_registry', registry.url)
  vi.stubEnv('npm_config_cache', join(folder, 'cache'))
  vi.stubEnv('npm_config_fetch_retries', '0')
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_MAX_FILE_SIZE_MB: '2',
    npm_config_registry: registry.url,
  })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await server[Symbol.asyncDispose]()
  await registry[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

type Installed = PieceMetadata & { id: string; pieceType: string; packageType: string }

const install = (pieceName: string, pieceVersion: string, token = owner.token) =>
  server.call<Installed>('POST', '/v1/pieces', {
    token,
    body: { packageType: 'REGISTRY', scope: 'PLATFORM', pieceName, pieceVersion },
  })

function upload(pieceName: string, pieceVersion: string, archive: Buffer) {
  return send({ packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName, pieceVersion }, archive)
}

function send(fields: Record<string, string>, archive: Buffer) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(archive)]), 'piece.tgz')
  return server.call<Installed>('POST', '/v1/pieces', { token: owner.token, body: form })
}

const get = (version: string, name = NAME, query = {}) =>
  server.call<Installed>('GET', `/v1/pieces/${name}`, { token: owner.token, query: { version, ...query } })

async function greeting(version: string): Promise<unknown> {
  const flow = await flows.create(webhookTrigger(), [pieceAction('step_1', NAME, version, 'greet', { who: 'Bob' })])
  await flows.publish(flow.id)
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  const [run] = await flows.finishedRuns(flow.id, 1)
  return (await flows.run(run?.id ?? '')).steps?.step_1
}

test('a piece of the registry is installed once for all who ask at the same time, and runs', async () => {
  const answers = await Promise.all([install(NAME, '1.0.0'), install(NAME, '1.0.0'), install(NAME, '1.0.0')])
  for (const { status, body } of answers) {
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body).toMatchObject({ name: NAME, version: '1.0.0', pieceType: 'CUSTOM', packageType: 'REGISTRY' })
    expect(body.actions.greet?.props.who?.type).toBe('SHORT_TEXT')
  }
  expect(registry.downloads.get(`${NAME}@1.0.0`)).toBe(1)
  expect(existsSync(marker), 'install scripts ran').toBe(false)
  expect(await greeting('1.0.0')).toMatchObject({ status: 'SUCCEEDED', output: { text: 'hello Bob' } })
  expect(await install(NAME, '1.0.0')).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
})

test('it shows its texts in the language that is asked for, and is found by them', async () => {
  expect((await get('1.0.0', NAME, { locale: 'fr' })).body).toMatchObject({
    description: 'Salue les gens',
    actions: { greet: { displayName: 'Saluer' } },
  })
  const list = await server.call<{ name: string }[]>('GET', '/v1/pieces', {
    token: owner.token,
    query: { searchQuery: 'greeetr', suggestionType: 'ACTION' },
  })
  expect(list.body).toMatchObject([{ name: NAME, suggestedActions: [{ name: 'greet' }] }])
})

test('a version that is not there is refused in the words of npm, and nothing stays behind', async () => {
  const answer = await install(NAME, '9.9.9')
  expect(answer).toMatchObject({ status: 400, body: { code: 'ENGINE_OPERATION_FAILURE' } })
  expect(JSON.stringify(answer.body)).toContain('No matching version found for @acme/piece-greeter@9.9.9')
  expect((await get('9.9.9')).status).toBe(404)
})

test('bytes that are not those that the registry promises are refused', async () => {
  const answer = await install(NAME, '1.2.0')
  expect(answer).toMatchObject({ status: 400, body: { code: 'ENGINE_OPERATION_FAILURE' } })
  expect(JSON.stringify(answer.body)).toMatch(/EINTEGRITY|integrity/)
})

test('a package that is no piece, or does not load, is refused in its own words', async () => {
  const none = await install('@acme/piece-broken', '1.0.0')
  expect(none).toMatchObject({ status: 400, body: { code: 'ENGINE_OPERATION_FAILURE' } })
  expect(JSON.stringify(none.body)).toContain('does not export a piece')
  expect(JSON.stringify((await install('@acme/piece-broken', '2.0.0')).body)).toContain('no licence found')
  const rows = await server.server.db.selectFrom('piece_metadata').select('name').execute()
  expect(rows.map((row) => row.name)).not.toContain('@acme/piece-broken')
})

test('an archive is installed, runs, and is gone once it is removed', async () => {
  const archive = await pieceArchive(NAME, '2.0.0', source('uploaded'))
  const other = await upload(NAME, '2.0.1', archive)
  expect(other).toMatchObject({ status: 400, body: { code: 'ENGINE_OPERATION_FAILURE' } })
  expect(JSON.stringify(other.body)).toContain('it is @acme/piece-greeter@2.0.0')
  expect((await upload(NAME, '2.0.0', Buffer.from('no archive'))).status).toBe(400)

  const made = await upload(NAME, '2.0.0', archive)
  expect(made, JSON.stringify(made.body)).toMatchObject({ status: 201, body: { packageType: 'ARCHIVE' } })
  expect(await greeting('2.0.0')).toMatchObject({ output: { text: 'uploaded Bob' } })
  const files = () => server.server.db.selectFrom('file').select('id').where('type', '=', 'PACKAGE_ARCHIVE').execute()
  expect(await files()).toHaveLength(1)

  const remove = () => server.call('DELETE', `/v1/pieces/${made.body.id}`, { token: owner.token })
  expect((await remove()).status).toBe(204)
  expect((await remove()).status).toBe(404)
  const again = await send({ packageType: 'ARCHIVE' }, archive)
  expect(again, 'an archive says its own name').toMatchObject({ status: 201, body: { name: NAME, version: '2.0.0' } })
  const nameless = await send({ packageType: 'ARCHIVE' }, packageArchive({ name: 'NO NAME', version: '1', files: {} }))
  expect(nameless).toMatchObject({ status: 400, body: { params: { message: expect.stringContaining('pieceName') } } })
  const id = again.body.id
  expect((await server.call('DELETE', `/v1/pieces/${id}`, { token: owner.token })).status).toBe(204)
  expect((await get('2.0.0')).status).toBe(404)
  expect(await files()).toHaveLength(0)
})

test('an archive that is too large, as it is sent or unpacked, is refused, and nothing stays behind', async () => {
  const large = await upload(NAME, '3.0.0', randomBytes(2.1e6))
  expect(large).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } })
  expect(JSON.stringify(large.body)).toContain('AP_MAX_FILE_SIZE_MB')
  const bomb = await upload(NAME, '3.0.0', gzipSync(Buffer.alloc(257 * 1024 * 1024), { level: 1 }))
  expect(bomb).toMatchObject({ status: 400, body: { code: 'ENGINE_OPERATION_FAILURE' } })
  expect(JSON.stringify(bomb.body)).toContain('It unpacks to more than 256 MB')
  const files = Object.fromEntries(Array.from({ length: 20_001 }, (_, n) => [`${n}`, '']))
  const crowd = await upload(NAME, '3.0.0', packageArchive({ name: NAME, version: '3.0.0', files }))
  expect(crowd).toMatchObject({ status: 400, body: { code: 'ENGINE_OPERATION_FAILURE' } })
  expect(JSON.stringify(crowd.body)).toContain('It holds more than 20,000 files')
  const kept = await server.server.db.selectFrom('file').select('id').where('type', '=', 'PACKAGE_ARCHIVE').execute()
  expect(kept).toEqual([])
})

test('a step of a piece that is neither built in nor installed cannot be saved, and one that was removed says so', async () => {
  const unknown = await flows.create(webhookTrigger())
  const step = pieceAction('step_1', '@acme/piece-nowhere', '1.0.0', 'x')
  expect(await flows.operate(unknown.id, 'ADD_ACTION', { parentStep: 'trigger', action: step })).toMatchObject({
    status: 404,
    body: { code: 'ENTITY_NOT_FOUND', params: { entityId: '@acme/piece-nowhere@1.0.0' } },
  })

  const made = await install(NAME, '1.1.0')
  const flow = await flows.create(webhookTrigger(), [pieceAction('step_1', NAME, '1.1.0', 'greet', { who: 'Eve' })])
  await flows.publish(flow.id)
  await server.call('DELETE', `/v1/pieces/${made.body.id}`, { token: owner.token })
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  const [run] = await flows.finishedRuns(flow.id, 1)
  expect(run).toMatchObject({ status: 'FAILED', failedStep: { name: 'step_1' } })
  expect(run?.failedStep?.message).toContain(`${NAME} 1.1.0 is not installed`)
})

test('pieces are hidden by the platform and by the project, and tagged', async () => {
  const { token, platformId, projectId } = owner
  const names = async (query = {}) =>
    (await server.call<{ name: string; tags?: string[] }[]>('GET', '/v1/pieces', { token, query })).body.map(
      (piece) => piece.name,
    )
  const hide = (body: object) => server.call('POST', `/v1/platforms/${platformId}`, { token, body })
  await hide({ filteredPieceNames: [NAME], filteredPieceBehavior: 'BLOCKED' })
  expect(await names()).not.toContain(NAME)
  expect(await names({ includeHidden: true })).toContain(NAME)
  await hide({ filteredPieceBehavior: 'ALLOWED' })
  expect(await names()).toEqual([NAME])
  await hide({ filteredPieceNames: [], filteredPieceBehavior: 'BLOCKED' })

  const plan = { piecesFilterType: 'ALLOWED', pieces: [NAME] }
  const changed = await server.call('POST', `/v1/projects/${projectId}`, { token, body: { plan } })
  expect(changed.body).toMatchObject({ plan })
  expect(await names({ projectId })).toEqual([NAME])
  expect((await names()).length).toBeGreaterThan(1)

  await server.call('POST', '/v1/tags/pieces', { token, body: { piecesName: [NAME], tags: ['free', 'tested'] } })
  const tagged = await server.call<{ name: string; tags: string[] }[]>('GET', '/v1/pieces', {
    token,
    query: { includeTags: 'true', searchQuery: 'greeter' },
  })
  expect(tagged.body[0]?.tags).toEqual(['free', 'tested'])
  // The flows of the tests before use it and the webhook, and nothing else.
  const popular = await server.call<{ name: string; projectUsage: number }[]>('GET', '/v1/pieces', {
    token,
    query: { sortBy: 'POPULARITY', orderBy: 'DESC' },
  })
  expect(popular.body.slice(0, 3).map((piece) => piece.projectUsage)).toEqual([1, 1, 0])
  const usage = async (query: Record<string, string>) =>
    (await server.call<typeof popular.body>('GET', '/v1/pieces', { token, query })).body[0]?.projectUsage
  expect(await usage({ searchQuery: 'greeter' })).toBe(1)
  const one = await server.call<{ projectUsage: number }>('GET', `/v1/pieces/${NAME}`, { token })
  expect(one.body.projectUsage).toBe(1)
  const tags = await server.call<{ data: { id: string; name: string }[] }>('GET', '/v1/tags', { token })
  expect(tags.body.data.map((tag) => tag.name).sort()).toEqual(['free', 'tested'])
  const first = tags.body.data[0]?.id
  expect((await server.call('DELETE', `/v1/tags/${first}`, { token })).status).toBe(204)
})

test('a search tells of a piece that the registry has and the platform does not, until it is installed', async () => {
  const find = (searchQuery: string, token = owner.token) =>
    server.call('GET', '/v1/pieces/available', { token, query: { searchQuery } })
  const missing = { pieceName: SHORTLY_NAMED, pieceVersion: '0.2.0' }
  expect(await find('Loud  Hailer')).toMatchObject({ status: 200, body: { isReachable: true, pieces: [missing] } })
  expect(await find(SHORTLY_NAMED)).toMatchObject({ body: { pieces: [missing] } })
  for (const none of ['no such thing', '@acme/../etc', '?!', 'webhook'])
    expect(await find(none)).toMatchObject({ status: 200, body: { isReachable: true, pieces: [] } })
  expect(await find('')).toMatchObject({ status: 400 })
  expect(await find('loud hailer', '')).toMatchObject({ status: 401 })
  expect(await install(SHORTLY_NAMED, '0.2.0')).toMatchObject({ status: 201 })
  expect(await find('loud hailer')).toMatchObject({ body: { isReachable: true, pieces: [] } })
})
