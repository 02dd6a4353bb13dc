import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addColleague } from '../../testing/people.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person

interface Member {
  id: string
  userId: string
  projectRole: { name: string }
}
interface Role {
  id: string
  name: string
  permissions: string[]
}

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const newTeam = async (): Promise<string> => {
  const body = { displayName: 'Team' }
  return (await server.call<{ id: string }>('POST', '/v1/projects', { token: owner.token, body })).body.id
}
const add = (projectId: string, userId: string, role: string, token = owner.token) =>
  server.call<Member>('POST', '/v1/project-members', { token, body: { projectId, userId, role } })
const change = (id: string, role: string, token = owner.token) =>
  server.call<Member>('POST', `/v1/project-members/${id}`, { token, body: { role } })
const remove = (id: string, token = owner.token) => server.call('DELETE', `/v1/project-members/${id}`, { token })
const list = (projectId: string, token = owner.token, query: Record<string, string | number> = {}) =>
  server.call<{ data: Member[]; next: string | null }>('GET', '/v1/project-members', {
    token,
    query: { projectId, ...query },
  })
const ownRole = async (projectId: string, token: string) =>
  (await server.call<Role>('GET', '/v1/project-members/role', { token, query: { projectId } })).body.name
const mayListFlows = async (projectId: string, token: string) =>
  (await server.call('GET', '/v1/flows', { token, query: { projectId } })).status

let names = 0
const colleague = () => addColleague(server, owner, `Colleague-${++names}`)
const refused = (status: number, code: string) => ({ status, body: { code } })

describe('members', () => {
  test('a person who is added is in at once, with another role at once, and out at once', async () => {
    const [projectId, ben] = [await newTeam(), await colleague()]
    expect(await mayListFlows(projectId, ben.token)).toBe(404)
    const added = await add(projectId, ben.userId, 'viewer')
    expect(added).toMatchObject({
      status: 201,
      body: {
        userId: ben.userId,
        projectId,
        projectRole: { name: 'Viewer', type: 'DEFAULT' },
        user: { email: expect.stringContaining('@'), firstName: expect.any(String) },
        project: { id: projectId, displayName: 'Team' },
      },
    })
    const newFlow = () => server.call('POST', '/v1/flows', { token: ben.token, body: { displayName: 'f', projectId } })
    expect([await mayListFlows(projectId, ben.token), (await newFlow()).status]).toEqual([200, 403])
    expect((await change(added.body.id, 'Editor')).body.projectRole.name).toBe('Editor')
    expect((await newFlow()).status).toBe(201)
    expect((await remove(added.body.id)).status).toBe(204)
    expect(await mayListFlows(projectId, ben.token)).toBe(404)
    expect(await change(added.body.id, 'Editor')).toMatchObject(refused(404, 'ENTITY_NOT_FOUND'))
  })

  test('adding somebody again changes their role and makes no second member', async () => {
    const [projectId, ben] = [await newTeam(), await colleague()]
    const first = await add(projectId, ben.userId, 'Viewer')
    expect((await add(projectId, ben.userId, 'Operator')).body).toMatchObject({
      id: first.body.id,
      projectRole: { name: 'Operator' },
    })
    expect((await list(projectId)).body.data).toHaveLength(1)
  })

  test('the last administrator stays until there is another one', async () => {
    const [projectId, ben, cyd] = [await newTeam(), await colleague(), await colleague()]
    const { body: first } = await add(projectId, ben.userId, 'Admin')
    for (const answer of [await remove(first.id), await change(first.id, 'Viewer'), await remove(first.id, ben.token)])
      expect(answer).toMatchObject(refused(409, 'VALIDATION'))
    const { body: second } = await add(projectId, cyd.userId, 'Admin', ben.token)
    // Both go at the same moment: one of them stays.
    const answers = await Promise.all([remove(first.id), remove(second.id)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
    expect((await list(projectId)).body.data).toMatchObject([{ projectRole: { name: 'Admin' } }])
  })

  test('a personal project has no members', async () => {
    const ben = await colleague()
    expect(await add(owner.projectId, ben.userId, 'Viewer')).toMatchObject(refused(409, 'VALIDATION'))
  })

  test('people who are not of the platform, and roles that are none, are unknown', async () => {
    const [projectId, ben] = [await newTeam(), await colleague()]
    const other = await server.call<{ token: string }>('POST', '/v1/platforms', {
      token: owner.token,
      body: { name: 'Other' },
    })
    const stranger = await server.call<{ id: string }>('GET', '/v1/users/me', { token: other.body.token })
    expect(await add(projectId, stranger.body.id, 'Viewer')).toMatchObject(refused(404, 'ENTITY_NOT_FOUND'))
    expect(await add(projectId, ben.userId, 'Emperor')).toMatchObject(refused(404, 'ENTITY_NOT_FOUND'))
    const { body: member } = await add(projectId, ben.userId, 'Viewer')
    for (const answer of [
      await change(member.id, 'Admin', other.body.token),
      await remove(member.id, other.body.token),
    ])
      expect(answer).toMatchObject(refused(404, 'ENTITY_NOT_FOUND'))
  })

  test('lists come in pages, by role where asked, with what the caller may do', async () => {
    const projectId = await newTeam()
    const people = await Promise.all([colleague(), colleague(), colleague()])
    for (const [index, { userId }] of people.entries()) await add(projectId, userId, index === 0 ? 'Admin' : 'Viewer')
    const viewer = people[1]
    const first = await list(projectId, viewer?.token, { limit: 2, abilities: 'true' })
    expect(first.body.data).toMatchObject([
      { userId: people[0]?.userId, abilities: { read: true, add: false, edit: false, remove: false } },
      { userId: people[1]?.userId },
    ])
    const rest = await list(projectId, viewer?.token, { limit: 2, cursor: first.body.next ?? '' })
    expect(rest.body.data.map(({ userId }) => userId)).toEqual([people[2]?.userId])
    const roles = await server.call<{ data: Role[] }>('GET', '/v1/project-roles', { token: owner.token })
    const admin = roles.body.data.find(({ name }) => name === 'Admin')
    expect((await list(projectId, owner.token, { projectRoleId: admin?.id ?? '' })).body.data).toHaveLength(1)
  })

  test('everybody learns their own role, members or not', async () => {
    const [projectId, ben] = [await newTeam(), await colleague()]
    await add(projectId, ben.userId, 'Operator')
    expect([await ownRole(projectId, ben.token), await ownRole(projectId, owner.token)]).toEqual(['Operator', 'Admin'])
    await server.call('POST', `/v1/users/${ben.userId}`, { token: owner.token, body: { platformRole: 'OPERATOR' } })
    expect(await ownRole(projectId, ben.token)).toBe('Editor')
  })

  test('a user who is removed is out at once, and their personal project goes with them', async () => {
    const [projectId, ben] = [await newTeam(), await colleague()]
    await add(projectId, ben.userId, 'Editor')
    const { db } = server.server
    const personal = { ownerId: ben.userId, platformId: owner.platformId, type: 'PERSONAL' as const }
    await db
      .insertInto('project')
      .values({ id: 'p'.repeat(21), displayName: 'Mine', icon: '{}', ...personal })
      .execute()
    const flow = await server.call<{ id: string }>('POST', '/v1/flows', {
      token: ben.token,
      body: { displayName: 'kept', projectId },
    })
    expect((await server.call('DELETE', `/v1/users/${ben.userId}`, { token: owner.token })).status).toBe(204)
    expect(await mayListFlows(projectId, ben.token)).toBe(401)
    expect((await list(projectId)).body.data).toEqual([])
    for (const path of [`/v1/users/${ben.userId}`, `/v1/projects/${'p'.repeat(21)}`])
      expect((await server.call('GET', path, { token: owner.token })).status).toBe(404)
    expect((await server.call('GET', `/v1/flows/${flow.body.id}`, { token: owner.token })).status).toBe(200)
    expect(await server.call('DELETE', `/v1/users/${owner.userId}`, { token: owner.token })).toMatchObject(
      refused(409, 'VALIDATION'),
    )
  })
})

describe('roles of the platform', () => {
  const newRole = (name: string, permissions: string[], token = owner.token) =>
    server.call<Role>('POST', '/v1/project-roles', { token, body: { name, permissions } })

  test('a role may do what it lists, and read what it may change', async () => {
    const { status, body: role } = await newRole('Retrier', ['WRITE_RUN', 'READ_FLOW'])
    expect([status, role.permissions]).toEqual([201, ['READ_FLOW', 'READ_RUN', 'WRITE_RUN']])
    const [projectId, ben] = [await newTeam(), await colleague()]
    await add(projectId, ben.userId, 'RETRIER')
    const get = async (path: string) =>
      (await server.call('GET', path, { token: ben.token, query: { projectId } })).status
    expect(await Promise.all(['/v1/flows', '/v1/flow-runs', '/v1/app-connections'].map(get))).toEqual([200, 200, 403])
    const answer = await server.call('POST', `/v1/project-roles/${role.id}`, {
      token: owner.token,
      body: { name: 'Reader', permissions: ['READ_APP_CONNECTION'] },
    })
    expect(answer.body).toMatchObject({ name: 'Reader', permissions: ['READ_APP_CONNECTION'] })
    expect(await Promise.all(['/v1/flows', '/v1/flow-runs', '/v1/app-connections'].map(get))).toEqual([403, 403, 200])
  })

  test('an editor may be kept from publishing', async () => {
    await newRole('Drafter', ['WRITE_FLOW'])
    const [projectId, ben] = [await newTeam(), await colleague()]
    await add(projectId, ben.userId, 'Drafter')
    const { token } = ben
    const flow = await server.call<{ id: string }>('POST', '/v1/flows', {
      token,
      body: { displayName: 'f', projectId },
    })
    const operate = async (type: string, request: object) =>
      (await server.call('POST', `/v1/flows/${flow.body.id}`, { token, body: { type, request } })).status
    expect(await operate('CHANGE_NAME', { displayName: 'g' })).toBe(200)
    expect(await operate('LOCK_AND_PUBLISH', {})).toBe(403)
    expect(await operate('CHANGE_STATUS', { status: 'ENABLED' })).toBe(403)
  })

  test('nobody gives, changes or takes away a role that may do more than their own', async () => {
    await newRole('Recruiter', ['WRITE_PROJECT_MEMBER', 'READ_FLOW'])
    const [projectId, ben, cyd, dan] = [await newTeam(), await colleague(), await colleague(), await colleague()]
    const { body: own } = await add(projectId, ben.userId, 'Recruiter')
    const { body: editor } = await add(projectId, dan.userId, 'Editor')
    const denied = refused(403, 'PERMISSION_DENIED')
    expect(await add(projectId, cyd.userId, 'Editor', ben.token)).toMatchObject(denied)
    expect(await change(own.id, 'Admin', ben.token)).toMatchObject(denied)
    expect(await change(editor.id, 'Recruiter', ben.token)).toMatchObject(denied)
    expect(await remove(editor.id, ben.token)).toMatchObject(denied)
    expect((await add(projectId, cyd.userId, 'Recruiter', ben.token)).status).toBe(201)
  })

  test('names are unique in any case, and the roles of every platform stay as they are', async () => {
    const { body: role } = await newRole('Auditor', ['READ_RUN'])
    for (const answer of [await newRole('AUDITOR', []), await newRole('admin', [])])
      expect(answer).toMatchObject(refused(409, 'VALIDATION'))
    expect(await newRole('a/b', [])).toMatchObject({ status: 400 })
    expect(await newRole('Typo', ['READ_EVERYTHING'])).toMatchObject({ status: 400 })
    const roles = await server.call<{ data: Role[] }>('GET', '/v1/project-roles', {
      token: owner.token,
      query: { abilities: 'true' },
    })
    const viewer = roles.body.data.find(({ name }) => name === 'Viewer')
    expect(viewer).toMatchObject({ abilities: { read: true, create: true, edit: false, delete: false } })
    const body = { permissions: ['WRITE_FLOW'] }
    expect(await server.call('POST', `/v1/project-roles/${viewer?.id}`, { token: owner.token, body })).toMatchObject(
      refused(409, 'VALIDATION'),
    )
    const renamed = await server.call('POST', `/v1/project-roles/${role.id}`, {
      token: owner.token,
      body: { name: 'auditor' },
    })
    expect(renamed).toMatchObject({ status: 200, body: { name: 'auditor' } })
  })

  test('a role goes when nobody has it any more', async () => {
    const { body: role } = await newRole('Temp', ['READ_RUN'])
    const [projectId, ben] = [await newTeam(), await colleague()]
    const { body: member } = await add(projectId, ben.userId, 'Temp')
    const holders = await server.call<{ data: Member[] }>('GET', `/v1/project-roles/${role.id}/project-members`, {
      token: owner.token,
    })
    expect(holders.body.data).toMatchObject([{ userId: ben.userId }])
    const deleteRole = () => server.call('DELETE', '/v1/project-roles/temp', { token: owner.token })
    expect(await deleteRole()).toMatchObject({
      status: 409,
      body: { params: { message: expect.stringContaining('one person') } },
    })
    await change(member.id, 'Viewer')
    expect((await deleteRole()).status).toBe(204)
    expect((await server.call('GET', `/v1/project-roles/${role.id}`, { token: owner.token })).status).toBe(404)
  })

  test('only administrators of the platform make them, and another platform does not see them', async () => {
    const ben = await colleague()
    expect((await newRole('Mine', [], ben.token)).status).toBe(403)
    const { body: role } = await newRole('Ours', [])
    const other = await server.call<{ token: string }>('POST', '/v1/platforms', {
      token: owner.token,
      body: { name: 'Third' },
    })
    const { token } = other.body
    const path = `/v1/project-roles/${role.id}`
    expect((await server.call('GET', path, { token })).status).toBe(404)
    expect((await server.call('POST', path, { token, body: { name: 'Theirs' } })).status).toBe(404)
    expect((await server.call('DELETE', path, { token })).status).toBe(404)
    expect((await newRole('Ours', [], token)).status).toBe(201)
  })
})

test('every change is on record', async () => {
  const [projectId, ben] = [await newTeam(), await colleague()]
  const { body: member } = await add(projectId, ben.userId, 'Viewer')
  await change(member.id, 'Editor')
  await remove(member.id)
  const events = async () => {
    const { body } = await server.call<{ data: { action: string; data: object; userEmail: string }[] }>(
      'GET',
      '/v1/audit-events',
      { token: owner.token, query: { projectId } },
    )
    return body.data.map(({ action }) => action)
  }
  await expect
    .poll(events)
    .toEqual(['project.member.removed', 'project.member.updated', 'project.member.added', 'project.created'])
})
