import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ProjectActor, systemTask } from '../../access/actor.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { createFiles } from '../files/service.ts'
import { createProjects } from './service.ts'

let server: TestServer
let owner: Person

interface Project {
  id: string
  displayName: string
  externalId: string | null
  poolId: string | null
}

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
})
afterAll(() => server[Symbol.asyncDispose]())

/** Takes away what was deleted at the beginning of time. @returns the projects whose flows it switched off */
const purge = async (): Promise<string[]> => {
  const { db } = server.server
  const off: string[] = []
  const flows = {
    disableAll: async ({ projectId }: ProjectActor) => {
      off.push(projectId)
    },
  }
  await createProjects({ ...server.server, files: createFiles({ db }), flows }).purge(systemTask('test'), new Date(1))
  return off
}

const create = (body: Record<string, unknown>) =>
  server.call<Project>('POST', '/v1/projects', { token: owner.token, body })
const update = (id: string, body: Record<string, unknown>) =>
  server.call<Project>('POST', `/v1/projects/${id}`, { token: owner.token, body })
const list = (query: Record<string, string>, token = owner.token) =>
  server.call<{ data: Project[] }>('GET', '/v1/projects', { token, query })

test('the id that the outside world gives a project is unique until the project is deleted', async () => {
  const first = await create({ displayName: 'First', externalId: 'ext' })
  expect(first).toMatchObject({
    status: 201,
    body: { type: 'TEAM', externalId: 'ext', ownerId: owner.userId, analytics: { totalUsers: 1, totalFlows: 0 } },
  })
  const conflict = { status: 409, body: { code: 'PROJECT_EXTERNAL_ID_ALREADY_EXISTS', params: { externalId: 'ext' } } }
  expect(await create({ displayName: 'Second', externalId: 'ext' })).toMatchObject(conflict)
  const second = await create({ displayName: 'Second' })
  expect(await update(second.body.id, { externalId: 'ext' })).toMatchObject(conflict)
  expect((await server.call('DELETE', `/v1/projects/${first.body.id}`, { token: owner.token })).status).toBe(204)
  expect((await update(second.body.id, { externalId: 'ext' })).body).toMatchObject({
    externalId: 'ext',
    displayName: 'Second',
  })
  expect((await list({ externalId: 'ext' })).body.data.map((project) => project.id)).toEqual([second.body.id])
})

test('a limit of concurrent runs makes a pool, and none lets go of it', async () => {
  const { body } = await create({ displayName: 'Busy', maxConcurrentJobs: 3 })
  expect(body.poolId).not.toBeNull()
  expect((await update(body.id, { maxConcurrentJobs: null })).body).toMatchObject({
    poolId: null,
    maxConcurrentJobs: null,
  })
  expect(await update(body.id, { maxConcurrentJobs: 0 })).toMatchObject({
    status: 400,
    body: { message: expect.stringContaining('body/maxConcurrentJobs') },
  })
})

test('a deleted project answers like one that never was, and its flows are off', async () => {
  const { body: project } = await create({ displayName: 'Gone' })
  const flow = await server.call<{ id: string }>('POST', '/v1/flows', {
    token: owner.token,
    body: { displayName: 'f', projectId: project.id },
  })
  await server.server.db.updateTable('flow').set({ status: 'ENABLED' }).where('id', '=', flow.body.id).execute()
  await server.call('DELETE', `/v1/projects/${project.id}`, { token: owner.token })
  expect((await server.call('GET', `/v1/projects/${project.id}`, { token: owner.token })).status).toBe(404)
  expect((await server.call('GET', `/v1/flows/${flow.body.id}`, { token: owner.token })).status).toBe(404)
  const row = await server.server.db
    .selectFrom('flow')
    .select('status')
    .where('id', '=', flow.body.id)
    .executeTakeFirstOrThrow()
  expect(row.status).toBe('DISABLED')
})

test('what was deleted long enough ago is taken away with everything in it', async () => {
  const { db } = server.server
  const { body: project } = await create({ displayName: 'Old' })
  const flow = await server.call<{ id: string; version: { id: string } }>('POST', '/v1/flows', {
    token: owner.token,
    body: { displayName: 'f', projectId: project.id, folderName: 'x' },
  })
  const [flowId, flowVersionId] = [flow.body.id, flow.body.version.id]
  await db.updateTable('flow').set({ publishedVersionId: flowVersionId }).where('id', '=', flowId).execute()
  const files = createFiles({ db })
  await files.save({ owner: { projectId: project.id }, type: 'FLOW_STEP_FILE', data: Buffer.from('x') })
  // More than one batch.
  const ids = Array.from({ length: 1100 }, () => newId())
  const run = { projectId: project.id, flowId, flowVersionId, environment: 'PRODUCTION', status: 'SUCCEEDED' } as const
  await db
    .insertInto('flow_run')
    .values(ids.map((id) => ({ id, ...run })))
    .execute()
  const entry = { attempt: 1, sequence: 1, stepName: 's', path: '[]', output: '{}' }
  await db
    .insertInto('run_journal')
    .values(ids.map((runId) => ({ runId, ...entry })))
    .execute()
  const due = { kind: 'FLOW', projectId: project.id, priority: 1, dueAt: new Date('2100-01-01') }
  await db
    .insertInto('job')
    .values({ id: newId(), ...due })
    .execute()
  await db
    .updateTable('project')
    .set({ deleted: new Date(0) })
    .where('id', '=', project.id)
    .execute()
  await purge()
  for (const table of ['flow', 'folder', 'flow_run', 'file', 'job'] as const) {
    expect(await db.selectFrom(table).select('id').where('projectId', '=', project.id).execute()).toEqual([])
  }
  expect(await db.selectFrom('run_journal').select('runId').execute()).toEqual([])
  expect(await db.selectFrom('project').select('id').where('id', '=', project.id).execute()).toEqual([])
  expect((await list({})).body.data.map(({ id }) => id)).toContain(owner.projectId)
})

test('flows of a project that a killed process deleted are switched off by the next', async () => {
  const { db } = server.server
  const { body: project } = await create({ displayName: 'Half gone' })
  const body = { displayName: 'f', projectId: project.id }
  const flow = await server.call<{ id: string }>('POST', '/v1/flows', { token: owner.token, body })
  await db.updateTable('flow').set({ status: 'ENABLED' }).where('id', '=', flow.body.id).execute()
  await db.updateTable('project').set({ deleted: new Date() }).where('id', '=', project.id).execute()
  expect(await purge()).toEqual([project.id])
  expect(await db.selectFrom('project').select('id').where('id', '=', project.id).execute()).toHaveLength(1)
})

test('a personal project cannot be deleted', async () => {
  expect(await server.call('DELETE', `/v1/projects/${owner.projectId}`, { token: owner.token })).toMatchObject({
    status: 409,
    body: { code: 'VALIDATION' },
  })
})

test('a member sees own projects only, and an API key may ask what a user sees', async () => {
  const { db, tokens } = server.server
  const id = newId()
  await db
    .insertInto('user_identity')
    .values({ id, email: id, password: '', firstName: 'M', lastName: 'M', provider: 'EMAIL', verified: true })
    .execute()
  await db
    .insertInto('user')
    .values({
      id,
      identityId: id,
      externalId: 'crm-7',
      platformId: owner.platformId,
      platformRole: 'MEMBER',
      status: 'ACTIVE',
    })
    .execute()
  await db
    .insertInto('project')
    .values({
      id: newId(),
      ownerId: id,
      displayName: 'Mine',
      type: 'PERSONAL',
      platformId: owner.platformId,
      icon: '{"color":"RED"}',
    })
    .execute()
  const token = await tokens.user({ id, platformId: owner.platformId, tokenVersion: null })
  expect((await list({}, token)).body.data.map((project) => project.displayName)).toEqual(['Mine'])
  expect((await server.call('POST', '/v1/projects', { token, body: { displayName: 'No' } })).status).toBe(403)
  const key = await server.call<{ value: string; id: string; truncatedValue: string }>('POST', '/v1/api-keys', {
    token: owner.token,
    body: { displayName: 'crm' },
  })
  expect(key.body.value).toMatch(/^sk-[0-9A-Za-z]{61}$/)
  expect(
    (await list({ externalUserId: 'crm-7' }, key.body.value)).body.data.map((project) => project.displayName),
  ).toEqual(['Mine'])
  const keys = await server.call<{ data: object[] }>('GET', '/v1/api-keys', { token: owner.token })
  expect(keys.body.data).toMatchObject([
    { displayName: 'crm', truncatedValue: key.body.value.slice(-4), lastUsedAt: expect.any(String) },
  ])
  expect(JSON.stringify(keys.body)).not.toContain(key.body.value)
  await server.call('DELETE', `/v1/api-keys/${key.body.id}`, { token: owner.token })
  expect((await list({}, key.body.value)).status).toBe(401)
})

test('a folder keeps one name in any spelling, and its flows outlive it', async () => {
  const { token, projectId } = owner
  const folder = (displayName: string) =>
    server.call<{ id: string }>('POST', '/v1/folders', { token, body: { projectId, displayName } })
  const first = await folder('Sales')
  const again = await folder('SALES')
  expect(again).toMatchObject({ status: 200, body: { id: first.body.id, displayName: 'SALES', numberOfFlows: 0 } })
  const other = await folder('Other')
  expect(
    await server.call('POST', `/v1/folders/${other.body.id}`, { token, body: { displayName: 'sales' } }),
  ).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
  const flow = await server.call<{ id: string }>('POST', '/v1/flows', {
    token,
    body: { displayName: 'f', projectId, folderId: first.body.id },
  })
  const folders = await server.call<{ data: object[] }>('GET', '/v1/folders', { token, query: { projectId } })
  expect(folders.body.data).toMatchObject([
    { displayName: 'SALES', numberOfFlows: 1 },
    { displayName: 'Other', numberOfFlows: 0 },
  ])
  await server.call('DELETE', `/v1/folders/${first.body.id}`, { token })
  expect((await server.call('GET', `/v1/flows/${flow.body.id}`, { token })).body).toMatchObject({ folderId: null })
})
