import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemTask } from '../../access/actor.ts'
import { addMember } from '../../testing/members.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { createFiles } from '../files/service.ts'
import { createProjects } from '../projects/service.ts'

const SECRET = 'the secret of everybody'
const PIECE = '@activepieces/piece-http'

let server: TestServer
let owner: Person
let editor: string

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  editor = await addMember(server, owner, 'Editor')
})
afterAll(() => server[Symbol.asyncDispose]())

interface Connection {
  id: string
  externalId: string
  projectIds: string[]
}

const create = (fields: object = {}, token = owner.token) =>
  server.call<Connection>('POST', '/v1/global-connections', {
    token,
    body: {
      displayName: 'Shared',
      pieceName: PIECE,
      scope: 'PLATFORM',
      projectIds: [owner.projectId],
      type: 'SECRET_TEXT',
      value: { type: 'SECRET_TEXT', secret_text: SECRET },
      ...fields,
    },
  })
const update = (id: string, body: object, token = owner.token) =>
  server.call<Connection>('POST', `/v1/global-connections/${id}`, { token, body })
const listGlobal = (query = {}, token = owner.token) =>
  server.call<{ data: Connection[] }>('GET', '/v1/global-connections', { token, query })
const listOf = (projectId: string, query = {}) =>
  server.call<{ data: Connection[] }>('GET', '/v1/app-connections', {
    token: owner.token,
    query: { projectId, ...query },
  })
const newProject = async (displayName: string) =>
  (await server.call<{ id: string }>('POST', '/v1/projects', { token: owner.token, body: { displayName } })).body.id
const open = async (externalId: string, projectId = owner.projectId) => {
  const token = await server.server.tokens.engine({ id: 'job', projectId, platformId: owner.platformId })
  return server.call('GET', `/v1/worker/app-connections/${externalId}`, { token })
}

test('a connection of the platform is used by the projects that it is shared with, and by no other', async () => {
  const other = await newProject('Other')
  const made = await create({ externalId: 'everybody' })
  expect(made).toMatchObject({
    status: 201,
    body: { externalId: 'everybody', scope: 'PLATFORM', projectIds: [owner.projectId], preSelectForNewProjects: false },
  })
  expect(JSON.stringify([made.body, (await listGlobal()).body])).not.toContain(SECRET)
  expect((await listOf(owner.projectId)).body.data).toMatchObject([{ externalId: 'everybody', scope: 'PLATFORM' }])
  expect((await listOf(owner.projectId, { scope: 'PROJECT' })).body.data).toEqual([])
  expect((await listOf(other)).body.data).toEqual([])
  expect((await open('everybody')).body).toMatchObject({ value: { secret_text: SECRET } })
  expect((await open('everybody', other)).status).toBe(404)

  const shared = await update(made.body.id, { displayName: 'For two', projectIds: [owner.projectId, other] })
  expect(shared).toMatchObject({ status: 200, body: { displayName: 'For two' } })
  expect((await open('everybody', other)).status).toBe(200)

  // The same external id is the same connection, with another value.
  const again = await create({ externalId: 'everybody', value: { type: 'SECRET_TEXT', secret_text: 'changed' } })
  expect(again.body.id).toBe(made.body.id)
  expect((await open('everybody')).body).toMatchObject({ value: { secret_text: 'changed' } })
  expect((await server.call('DELETE', `/v1/global-connections/${made.body.id}`, { token: owner.token })).status).toBe(
    204,
  )
  expect((await open('everybody')).status).toBe(404)
})

test('only administrators of the platform, and its API keys, may make and change them', async () => {
  const { id } = (await create({ externalId: 'guarded' })).body
  expect((await create({}, editor)).status).toBe(403)
  expect((await listGlobal({}, editor)).status).toBe(403)
  expect((await update(id, { displayName: 'Mine' }, editor)).status).toBe(403)
  const remove = (path: string, token: string) => server.call('DELETE', `/v1/${path}/${id}`, { token })
  expect((await remove('global-connections', editor)).status).toBe(403)
  expect(await remove('app-connections', editor)).toMatchObject({ status: 403, body: { code: 'AUTHORIZATION' } })
  const key = await server.call<{ value: string }>('POST', '/v1/api-keys', {
    token: owner.token,
    body: { displayName: 'k' },
  })
  expect((await listGlobal({ pieceName: PIECE }, key.body.value)).body.data).toMatchObject([{ id }])
  expect((await remove('global-connections', key.body.value)).status).toBe(204)
})

test('what does not fit is refused with the field, and nothing is kept', async () => {
  expect(await create({ projectIds: ['x'.repeat(21)] })).toMatchObject({
    status: 404,
    body: { params: { entityType: 'project' } },
  })
  expect(await create({ projectIds: undefined })).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('body/projectIds') },
  })
  expect(await create({ scope: 'PROJECT' })).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('body/scope') },
  })
  expect((await update('x'.repeat(21), { displayName: 'none' })).status).toBe(404)
  expect((await listGlobal()).body.data).toEqual([])
  // One without a name for flows gets one.
  expect((await create()).body.externalId).toMatch(/^\w{21}$/)
})

test('new projects get what is meant for them, and projects that are gone leave no connection behind', async () => {
  const { id } = (await create({ externalId: 'welcome', preSelectForNewProjects: true, projectIds: [] })).body
  const project = await newProject('New')
  expect((await listOf(project)).body.data).toMatchObject([{ externalId: 'welcome' }])
  const own = await server.call('POST', '/v1/app-connections', {
    token: owner.token,
    body: {
      externalId: 'own',
      displayName: 'own',
      pieceName: PIECE,
      projectId: project,
      type: 'SECRET_TEXT',
      value: { type: 'SECRET_TEXT', secret_text: SECRET },
    },
  })
  expect(own.status).toBe(201)
  await server.call('DELETE', `/v1/projects/${project}`, { token: owner.token })
  const projects = createProjects({
    ...server.server,
    files: createFiles({ db: server.server.db }),
    flows: { disableAll: async () => {} },
  })
  await projects.purge(systemTask('test'), new Date(Date.now() + 1000))
  const rows = await server.server.db.selectFrom('app_connection').select(['externalId', 'projectIds']).execute()
  expect(rows.filter((row) => row.projectIds.includes(project))).toEqual([])
  expect(rows.map((row) => row.externalId)).not.toContain('own')
  expect((await update(id, { displayName: 'Welcome', preSelectForNewProjects: false })).body).toMatchObject({
    projectIds: [],
    preSelectForNewProjects: false,
  })
  expect((await listOf(await newProject('Later'))).body.data).toEqual([])
})

test('a project is made and changed with the connections of the platform that it may use', async () => {
  const [one, two] = await Promise.all(
    ['first-choice', 'second-choice'].map((externalId) => create({ externalId, projectIds: [] })),
  )
  const project = (body: object, path = '') =>
    server.call<{ id: string }>('POST', `/v1/projects${path}`, { token: owner.token, body })
  const made = await project({ displayName: 'Chooser', globalConnectionExternalIds: ['first-choice'] })
  expect(made.status).toBe(201)
  const used = async () => {
    const { body } = await listGlobal({ limit: 100 })
    const of = (externalId?: string) => body.data.find((row) => row.externalId === externalId)?.projectIds
    return [one, two].map((connection) => of(connection?.body.externalId)?.includes(made.body.id))
  }
  expect(await used()).toEqual([true, false])
  await project({ globalConnectionExternalIds: ['second-choice', 'second-choice'] }, `/${made.body.id}`)
  expect(await used()).toEqual([false, true])
  const unknown = await project({ displayName: 'Changed', globalConnectionExternalIds: ['none'] }, `/${made.body.id}`)
  expect(unknown).toMatchObject({ status: 404, body: { params: { entityType: 'app_connection', entityId: 'none' } } })
  expect(await used()).toEqual([false, true])
  const refused = await project({ displayName: 'Never', globalConnectionExternalIds: ['none'] })
  expect(refused.status).toBe(404)
  const { body } = await server.call<{ data: { displayName: string }[] }>('GET', '/v1/projects', { token: owner.token })
  const names = body.data.map(({ displayName }) => displayName)
  expect(names).toContain('Chooser')
  expect(names).not.toContain('Never')
})
