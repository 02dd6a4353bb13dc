import { afterAll, beforeAll, expect, test } from 'vitest'
import { addMember } from '../testing/members.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
let owner: Person
let viewer: string

interface Able {
  id: string
  abilities?: Record<string, boolean>
}

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  viewer = await addMember(server, owner, 'Viewer')
})
afterAll(() => server[Symbol.asyncDispose]())

const newFlow = async (): Promise<string> => {
  const body = { displayName: 'f', projectId: owner.projectId }
  return (await server.call<Able>('POST', '/v1/flows', { token: owner.token, body })).body.id
}

const read = async (token: string, path: string, query: Record<string, string> = {}) =>
  (await server.call<Able & { data: Able[] }>('GET', path, { token, query: { abilities: 'true', ...query } })).body

test('answers carry what the caller may do when they are asked to, and are as they were when not', async () => {
  const id = await newFlow()
  const { projectId } = owner
  expect((await read(viewer, `/v1/flows/${id}`)).abilities).toEqual({
    read: true,
    create: false,
    edit: false,
    publish: false,
    changeStatus: false,
    delete: false,
    run: false,
  })
  expect((await read(owner.token, '/v1/flows', { projectId })).data[0]?.abilities).toMatchObject({ delete: true })
  for (const path of [`/v1/flows/${id}`, `/v1/projects/${projectId}`])
    expect((await server.call('GET', path, { token: viewer })).body).not.toHaveProperty('abilities')
})

test('abilities say what would happen', async () => {
  const id = await newFlow()
  for (const token of [viewer, owner.token]) {
    const able = (await read(token, `/v1/flows/${id}`)).abilities?.delete
    const { status } = await server.call('DELETE', `/v1/flows/${id}`, { token })
    expect(status).toBe(able ? 204 : 403)
  }
  for (const token of [viewer, owner.token]) {
    const { abilities } = await read(token, `/v1/projects/${owner.projectId}`)
    const change = (body: object) => server.call('POST', `/v1/projects/${owner.projectId}`, { token, body })
    expect((await change({ displayName: 'Mine' })).status).toBe(abilities?.edit ? 200 : 403)
    expect((await change({ externalId: 'mine' })).status).toBe(abilities?.administer ? 200 : 403)
  }
})

test('each project of a list has the abilities of the role in it, and a personal one cannot be deleted', async () => {
  const body = { displayName: 'Team' }
  const { body: team } = await server.call<Able>('POST', '/v1/projects', { token: owner.token, body })
  const mine = await read(owner.token, '/v1/projects')
  expect(mine.data.map(({ id, abilities }) => [id, abilities?.delete])).toEqual([
    [owner.projectId, false],
    [team.id, true],
  ])
  expect((await read(viewer, '/v1/projects')).data).toMatchObject([
    { id: owner.projectId, abilities: { read: true, edit: false } },
  ])
})

test('a connection of the platform is used in a project, and not changed there', async () => {
  const value = { type: 'SECRET_TEXT', secret_text: 'x' }
  const fields = { displayName: 'c', pieceName: '@activepieces/piece-forms', type: 'SECRET_TEXT', value }
  const { projectId } = owner
  const body = { ...fields, externalId: 'shared', scope: 'PLATFORM', projectIds: [projectId] }
  const { db } = server.server
  expect((await server.call('POST', '/v1/global-connections', { token: owner.token, body })).status).toBe(201)
  const { data } = await read(owner.token, '/v1/app-connections', { projectId })
  expect(data[0]?.abilities).toMatchObject({ read: true, create: true, edit: false, delete: false, replace: false })
  const path = `/v1/app-connections/${data[0]?.id}`
  expect((await server.call('DELETE', path, { token: owner.token })).status).toBe(403)
  expect(await db.selectFrom('app_connection').select('id').execute()).toHaveLength(1)
})
