import { endpoints } from '@piecework/api/index'
import { Permission } from '@piecework/model/permission'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addColleague } from '../../testing/people.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let team: string

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  const made = await call<{ id: string }>('POST', '/v1/projects', owner.token, { displayName: 'Team' })
  team = made.body.id
})
afterAll(() => server[Symbol.asyncDispose]())

const call = <Body>(method: string, path: string, token: string, body?: object) =>
  server.call<Body>(method, path, { token, body })

interface Made {
  id: string
  value: string
  permissions: string[]
}

const make = (by: string, wanted: object) =>
  call<Made>('POST', '/v1/personal-tokens', by, { displayName: 'Backup', permissions: ['READ_FLOW'], ...wanted })

const flowsOf = async (token: string, projectId: string) =>
  (await call('GET', `/v1/flows?projectId=${projectId}`, token)).status
const newFlow = async (token: string, projectId: string) =>
  (await call('POST', '/v1/flows', token, { displayName: 'f', projectId })).status

test('a token does what it was made for, in the projects that it was made for', async () => {
  const { status, body } = await make(owner.token, { projectIds: [team] })
  expect(status).toBe(201)
  expect([await flowsOf(body.value, team), await newFlow(body.value, team)]).toEqual([200, 403])
  expect(await flowsOf(body.value, owner.projectId)).toBe(404)
  const writer = await make(owner.token, { permissions: ['WRITE_FLOW'] })
  expect(writer.body.permissions).toEqual(['READ_FLOW', 'WRITE_FLOW'])
  expect([await newFlow(writer.body.value, team), await newFlow(writer.body.value, owner.projectId)]).toEqual([
    201, 201,
  ])
  const list = await call<{ data: object[] }>('GET', '/v1/personal-tokens', owner.token)
  expect(list.body.data[1]).toMatchObject({ displayName: 'Backup', lastUsedAt: expect.any(String), projectIds: [team] })
  const stored = await server.server.db.selectFrom('personal_token').selectAll().execute()
  for (const { value } of [body, writer.body]) {
    expect(JSON.stringify(list.body)).not.toContain(value)
    expect(JSON.stringify(stored)).not.toContain(value)
  }
})

test('requests with one token leave those of another, and of sessions, as they were', async () => {
  const [first, second] = [(await make(owner.token, {})).body.value, (await make(owner.token, {})).body.value]
  const left = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, 'x-project-id': owner.projectId }
    const answer = await fetch(`${server.origin}/v1/workflows`, { headers })
    expect(answer.status).toBe(200)
    return Number(answer.headers.get('x-ratelimit-remaining'))
  }
  const most = await left(first)
  expect(await left(first)).toBe(most - 1)
  expect([await left(second), await left(owner.token)]).toEqual([most, most])
})

test('a token with every permission of an administrator administers nothing, and makes nothing that may do more', async () => {
  const { value } = (await make(owner.token, { permissions: Permission.options })).body
  const refused = await Promise.all(
    endpoints
      .filter(({ principals, project, permission, personalTokens }) => {
        const isOpen = !Array.isArray(principals) || !principals.includes('USER')
        return !isOpen && (project === null || permission === 'PLATFORM_ADMIN' || personalTokens === false)
      })
      .map(async ({ method, path, operationId }) => {
        const body = method === 'GET' || method === 'DELETE' ? undefined : {}
        const answer = await call<{ code: string }>(method, path.replace(/:\w+/g, 'x'), value, body)
        return { operationId, status: answer.status, code: answer.body.code }
      }),
  )
  expect(refused.length).toBeGreaterThan(40)
  expect(refused.map(({ operationId }) => operationId)).toContain('projectKeys.create')
  expect(refused.filter(({ status, code }) => status !== 403 || code !== 'AUTHORIZATION')).toEqual([])
})

test('a token may never do more than its person may now', async () => {
  const ben = await addColleague(server, owner, 'Ben')
  await call('POST', '/v1/project-members', owner.token, { projectId: team, userId: ben.userId, role: 'Viewer' })
  const { value } = (await make(ben.token, { permissions: ['WRITE_FLOW'] })).body
  expect([await flowsOf(value, team), await newFlow(value, team)]).toEqual([200, 403])
  expect((await make(ben.token, { projectIds: [owner.projectId] })).status).toBe(404)
  await call('POST', '/v1/project-members', owner.token, { projectId: team, userId: ben.userId, role: 'Editor' })
  expect(await newFlow(value, team)).toBe(201)
  await call('POST', `/v1/users/${ben.userId}`, owner.token, { status: 'INACTIVE' })
  expect(await flowsOf(value, team)).toBe(401)
  await call('POST', `/v1/users/${ben.userId}`, owner.token, { status: 'ACTIVE' })
  expect(await flowsOf(value, team)).toBe(200)
  await call('DELETE', `/v1/users/${ben.userId}`, owner.token)
  expect(await flowsOf(value, team)).toBe(401)
})

test('a token ends at once when it is deleted, by its person alone, and at its end', async () => {
  const { id, value } = (await make(owner.token, {})).body
  expect(await flowsOf(value, team)).toBe(200)
  const cyd = await addColleague(server, owner, 'Cyd', 'Admin')
  expect((await call('DELETE', `/v1/personal-tokens/${id}`, cyd.token)).status).toBe(404)
  expect((await call('DELETE', `/v1/personal-tokens/${id}`, value)).status).toBe(403)
  expect((await call('DELETE', `/v1/personal-tokens/${id}`, owner.token)).status).toBe(204)
  expect(await flowsOf(value, team)).toBe(401)
  const old = (await make(owner.token, { expiresInDays: 1 })).body
  await server.server.db
    .updateTable('personal_token')
    .set({ expiresAt: new Date(0) })
    .where('id', '=', old.id)
    .execute()
  expect(await flowsOf(old.value, team)).toBe(401)
  expect((await make(owner.token, { expiresInDays: 400 })).status).toBe(400)
  expect((await make(owner.token, { permissions: [] })).status).toBe(400)
})
