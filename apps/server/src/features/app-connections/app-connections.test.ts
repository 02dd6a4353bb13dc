import { afterAll, beforeAll, expect, test } from 'vitest'
import { webhookTrigger } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let engine = ''

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  engine = await server.server.tokens.engine({ id: 'job', projectId: owner.projectId, platformId: owner.platformId })
})
afterAll(() => server[Symbol.asyncDispose]())

const SECRET = 'a very secret text'
const PIECE = '@activepieces/piece-http'

const upsert = (externalId: string, fields: Record<string, unknown> = {}) =>
  server.call<{ id: string }>('POST', '/v1/app-connections', {
    token: owner.token,
    body: {
      externalId,
      displayName: externalId,
      pieceName: PIECE,
      projectId: owner.projectId,
      type: 'SECRET_TEXT',
      value: { type: 'SECRET_TEXT', secret_text: SECRET },
      ...fields,
    },
  })

const open = (externalId: string, token = engine) =>
  server.call('GET', `/v1/worker/app-connections/${externalId}`, { token })
const list = (query = {}) =>
  server.call<{ data: { id: string }[] }>('GET', '/v1/app-connections', {
    token: owner.token,
    query: { projectId: owner.projectId, ...query },
  })

test('the value is seen by the engine and by nobody else, also not in the database', async () => {
  const made = await upsert('key')
  expect(made).toMatchObject({
    status: 201,
    body: {
      externalId: 'key',
      type: 'SECRET_TEXT',
      scope: 'PROJECT',
      status: 'ACTIVE',
      owner: { firstName: 'Ada' },
      projectIds: [owner.projectId],
    },
  })
  expect(JSON.stringify([made.body, (await list()).body])).not.toContain(SECRET)
  expect(await open('key')).toMatchObject({
    status: 200,
    body: { value: { type: 'SECRET_TEXT', secret_text: SECRET } },
  })
  expect((await open('key', owner.token)).status).toBe(403)
  expect(await open('other')).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND' } })
  const row = await server.server.db.selectFrom('app_connection').selectAll().executeTakeFirstOrThrow()
  expect(JSON.stringify(row)).not.toContain(SECRET)
})

test('the same external id is the same connection, also when it comes twice at once', async () => {
  const answers = await Promise.all([upsert('twice'), upsert('twice', { displayName: 'renamed' }), upsert('twice')])
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
  expect(
    (await list({ displayName: 'twice' })).body.data.length + (await list({ displayName: 'renamed' })).body.data.length,
  ).toBe(1)
})

test('what does not fit is refused with the field', async () => {
  expect(await upsert('bad', { value: { type: 'SECRET_TEXT' } })).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('body/value/secret_text') },
  })
  expect(await upsert('bad', { value: { type: 'NO_AUTH' } })).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('body/value/type') },
  })
  expect(await upsert('bad', { pieceName: 'nobody/knows' })).toMatchObject({ status: 404 })
  const oauth = { type: 'CLOUD_OAUTH2', value: { type: 'CLOUD_OAUTH2', client_id: 'c', code: 'x', scope: 's' } }
  expect(await upsert('bad', oauth)).toMatchObject({
    status: 400,
    body: { code: 'INVALID_CLOUD_CLAIM', params: { pieceName: PIECE } },
  })
})

test('replacing a connection moves its flows, the published version too, and deletes it', async () => {
  const { token, projectId } = owner
  const source = await upsert('old')
  const target = await upsert('new')
  const flow = await server.call<{ id: string }>('POST', '/v1/flows', {
    token,
    body: { displayName: 'uses it', projectId },
  })
  const operate = (type: string, request: unknown) =>
    server.call<{ version: { id: string } }>('POST', `/v1/flows/${flow.body.id}`, { token, body: { type, request } })
  const now = new Date().toISOString()
  const step = {
    type: 'CODE',
    name: 'step_1',
    displayName: 'c',
    valid: true,
    lastUpdatedDate: now,
    settings: { sourceCode: { code: 'x', packageJson: '{}' }, input: { key: "{{connections['old']}}" } },
  }
  const trigger = { ...webhookTrigger(), nextAction: step }
  await operate('IMPORT_FLOW', { displayName: 'uses it', trigger, schemaVersion: '20', notes: [] })
  const locked = await operate('LOCK_AND_PUBLISH', { status: 'DISABLED' })
  await operate('CHANGE_NAME', { displayName: 'a draft' })
  expect((await list({ displayName: 'old' })).body.data).toMatchObject([{ flowIds: [flow.body.id] }])

  const replace = { projectId, sourceAppConnectionId: source.body.id, targetAppConnectionId: target.body.id }
  expect((await server.call('POST', '/v1/app-connections/replace', { token, body: replace })).status).toBe(204)

  const draft = await server.call<{ publishedVersionId: string }>('GET', `/v1/flows/${flow.body.id}`, { token })
  expect(draft.body).toMatchObject({ version: { displayName: 'a draft', state: 'DRAFT', connectionIds: ['new'] } })
  expect(draft.body.publishedVersionId).not.toBe(locked.body.version.id)
  const live = await server.call('GET', `/v1/flows/${flow.body.id}`, {
    token,
    query: { versionId: draft.body.publishedVersionId },
  })
  expect(live.body).toMatchObject({
    version: { state: 'LOCKED', trigger: { nextAction: { settings: { input: { key: "{{connections['new']}}" } } } } },
  })
  expect((await open('old')).status).toBe(404)
})
