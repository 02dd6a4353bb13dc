import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../testing/flows.ts'
import { addColleague } from '../../testing/people.ts'
import { PASSWORD, type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let apiKey: string

interface Invitation {
  id: string
  status: string
  link?: string
  expires: string
}
interface Session {
  id: string
  token: string
  platformId: string
  projectId: string
  platformRole: string
}

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  const key = await server.call<{ value: string }>('POST', '/v1/api-keys', {
    token: owner.token,
    body: { displayName: 'crm' },
  })
  apiKey = key.body.value
})
afterAll(() => server[Symbol.asyncDispose]())

let count = 0
const newEmail = (): string => `invited-${++count}@example.com`
const newTeam = async (): Promise<string> => {
  const body = { displayName: 'Team' }
  return (await server.call<{ id: string }>('POST', '/v1/projects', { token: owner.token, body })).body.id
}
const invite = (body: object, token = owner.token) =>
  server.call<Invitation>('POST', '/v1/user-invitations', { token, body })
const toPlatform = (email: string, platformRole = 'MEMBER', token = owner.token) =>
  invite({ type: 'PLATFORM', email, platformRole }, token)
const toProject = (email: string, projectId: string, projectRole: string, token = owner.token) =>
  invite({ type: 'PROJECT', email, projectId, projectRole }, token)
const tokenOf = (invitation: Invitation): string => new URL(invitation.link ?? '').searchParams.get('token') ?? ''
const accept = (invitationToken: string) =>
  server.call<Invitation & { hasAccount: boolean }>('POST', '/v1/user-invitations/accept', {
    body: { invitationToken },
  })
const signUp = (email: string, more: object = {}) =>
  server.call<Session>('POST', '/v1/authentication/sign-up', {
    body: { email, password: PASSWORD, firstName: 'Ivy', lastName: 'Invited', ...more },
  })
const refused = (status: number, code: string) => ({ status, body: { code } })
const projectsOf = async (token: string) =>
  (await server.call<{ data: { displayName: string; type: string }[] }>('GET', '/v1/projects', { token })).body.data

test('an invited person accepts by the link, signs up, and is where they were invited to', async () => {
  const [email, projectId] = [newEmail(), await newTeam()]
  const { status, body: invitation } = await toProject(email.toUpperCase(), projectId, 'editor')
  expect(status).toBe(201)
  expect(invitation).toMatchObject({
    ...{ type: 'PROJECT', email, projectId, status: 'PENDING', platformRole: null },
    projectRole: { name: 'Editor' },
    link: expect.stringContaining(`/invitation?token=`),
  })
  // Not before it is accepted.
  expect(await signUp(email)).toMatchObject(refused(403, 'INVITATION_ONLY_SIGN_UP'))
  expect((await accept(tokenOf(invitation))).body).toMatchObject({ status: 'ACCEPTED', hasAccount: false })
  const session = await signUp(email)
  expect(session).toMatchObject({ status: 200, body: { platformRole: 'MEMBER', platformId: owner.platformId } })
  expect(await projectsOf(session.body.token)).toMatchObject([
    { displayName: "Ivy's Project", type: 'PERSONAL' },
    { displayName: 'Team', type: 'TEAM' },
  ])
  const flow = { displayName: 'f', projectId }
  expect((await server.call('POST', '/v1/flows', { token: session.body.token, body: flow })).status).toBe(201)
  // It is used up.
  expect(await accept(tokenOf(invitation))).toMatchObject(refused(400, 'INVALID_OR_EXPIRED_JWT_TOKEN'))
})

test('the token of the link is enough to sign up, and only for the address that was invited', async () => {
  const email = newEmail()
  const { body: invitation } = await toPlatform(email, 'OPERATOR')
  const invitationToken = tokenOf(invitation)
  expect(await signUp(newEmail(), { invitationToken })).toMatchObject(refused(403, 'INVITATION_ONLY_SIGN_UP'))
  const session = await signUp(email, { invitationToken })
  expect(session).toMatchObject({ status: 200, body: { platformRole: 'OPERATOR' } })
  expect(await signUp(email, { invitationToken })).toMatchObject(refused(403, 'INVITATION_ONLY_SIGN_UP'))
})

test('the audit log has who was invited, and that they accepted, once each', async () => {
  const [byLink, bySignUp, deleted] = [newEmail(), newEmail(), newEmail()]
  const linked = (await toPlatform(byLink)).body
  for (let time = 0; time < 2; time++) expect((await accept(tokenOf(linked))).status).toBe(200)
  expect((await signUp(byLink)).status).toBe(200)
  const projectId = await newTeam()
  const invitationToken = tokenOf((await toProject(bySignUp, projectId, 'Viewer')).body)
  expect((await signUp(bySignUp, { invitationToken })).status).toBe(200)
  const path = `/v1/user-invitations/${(await toPlatform(deleted)).body.id}`
  const statuses = await Promise.all([1, 2, 3].map(() => server.call('DELETE', path, { token: owner.token })))
  expect(statuses.map(({ status }) => status).sort()).toEqual([204, 404, 404])
  interface Heard {
    action: string
    projectId?: string
    data: { userInvitation: { email: string; role: string } }
  }
  const actions = ['sent', 'accepted', 'deleted'].map((what) => `action=user.invitation.${what}`).join('&')
  const of = (all: Heard[], email: string) => all.filter(({ data }) => data.userInvitation.email === email)
  const heard = await eventually(async () => {
    const url = `/v1/audit-events?limit=100&${actions}`
    const all = (await server.call<{ data: Heard[] }>('GET', url, { token: owner.token })).body.data
    return of(all, deleted).length > 1 ? all : undefined
  }, 'the audit log of the invitations')
  const told = (email: string) => of(heard, email).map(({ action, data }) => [action, data.userInvitation.role])
  expect(told(byLink)).toEqual([
    ['user.invitation.accepted', 'MEMBER'],
    ['user.invitation.sent', 'MEMBER'],
  ])
  expect(told(bySignUp)).toEqual([
    ['user.invitation.accepted', 'Viewer'],
    ['user.invitation.sent', 'Viewer'],
  ])
  expect(of(heard, bySignUp)[0]).toMatchObject({ projectId })
  expect(told(deleted).map(([action]) => action)).toEqual(['user.invitation.deleted', 'user.invitation.sent'])
})

test('several are invited at once, and who is there already is named', async () => {
  const [first, second] = [newEmail(), newEmail()]
  const known = await addColleague(server, owner, 'Known')
  const { body: me } = await server.call<{ email: string }>('GET', '/v1/users/me', { token: known.token })
  const answer = await server.call<{ data: { email: string; invitation: Invitation | null; error: object | null }[] }>(
    'POST',
    '/v1/user-invitations/batch',
    {
      token: owner.token,
      body: { type: 'PLATFORM', platformRole: 'MEMBER', emails: [first, me.email, second, first] },
    },
  )
  expect(answer).toMatchObject({
    status: 201,
    body: {
      data: [
        { email: first, invitation: { status: 'PENDING' }, error: null },
        { email: me.email, invitation: null, error: { code: 'EXISTING_USER' } },
        { email: second, invitation: { status: 'PENDING' }, error: null },
      ],
    },
  })
  expect(answer.body.data).toHaveLength(3)
})

test('a user of the platform who is invited to a project is a member at once', async () => {
  const [projectId, ben] = [await newTeam(), await addColleague(server, owner, 'Ben')]
  const get = async () => (await server.call('GET', '/v1/flows', { token: ben.token, query: { projectId } })).status
  expect(await get()).toBe(404)
  const answer = await toProject('ben@example.com', projectId, 'Viewer')
  expect(answer).toMatchObject({ status: 201, body: { status: 'ACCEPTED', projectRole: { name: 'Viewer' } } })
  expect(answer.body.link).toBeUndefined()
  expect(await get()).toBe(200)
})

test('what a program invites to needs no acceptance', async () => {
  const [email, projectId] = [newEmail(), await newTeam()]
  expect((await toProject(email, projectId, 'Viewer', apiKey)).body).toMatchObject({ status: 'ACCEPTED' })
  expect((await signUp(email)).status).toBe(200)
})

test("one's own role bounds what one can grant", async () => {
  const projectId = await newTeam()
  const permissions = ['WRITE_INVITATION', 'READ_FLOW']
  await server.call('POST', '/v1/project-roles', { token: owner.token, body: { name: 'Host', permissions } })
  const [host, viewer] = [await addColleague(server, owner, 'Host'), await addColleague(server, owner, 'Vera')]
  await toProject('host@example.com', projectId, 'Host')
  await toProject('vera@example.com', projectId, 'Viewer')
  const denied = refused(403, 'PERMISSION_DENIED')
  expect(await toProject(newEmail(), projectId, 'Admin', host.token)).toMatchObject(denied)
  expect((await toProject(newEmail(), projectId, 'Host', host.token)).status).toBe(201)
  // Members get another role only from those who may change members.
  expect(await toProject('vera@example.com', projectId, 'Host', host.token)).toMatchObject(denied)
  expect(await toProject(newEmail(), projectId, 'Viewer', viewer.token)).toMatchObject(denied)
  expect(await toPlatform(newEmail(), 'ADMIN', host.token)).toMatchObject(refused(403, 'AUTHORIZATION'))
  expect(await toProject(newEmail(), owner.projectId, 'Viewer')).toMatchObject(refused(409, 'VALIDATION'))
})

test('inviting again renews the invitation, and sending it again, too', async () => {
  const email = newEmail()
  const { body: first } = await toPlatform(email, 'MEMBER')
  const { body: second } = await toPlatform(email, 'OPERATOR')
  expect(second).toMatchObject({ id: first.id, platformRole: 'OPERATOR' })
  const { db } = server.server
  await db
    .updateTable('user_invitation')
    .set({ expires: new Date(0) })
    .where('id', '=', first.id)
    .execute()
  expect(await accept(tokenOf(second))).toMatchObject(refused(400, 'INVALID_OR_EXPIRED_JWT_TOKEN'))
  expect(await signUp(email, { invitationToken: tokenOf(second) })).toMatchObject(
    refused(403, 'INVITATION_ONLY_SIGN_UP'),
  )
  const again = await server.call<Invitation>('POST', `/v1/user-invitations/${first.id}/resend`, { token: owner.token })
  expect(Date.parse(again.body.expires)).toBeGreaterThan(Date.now() + 6 * 24 * 3_600_000)
  expect((await accept(tokenOf(again.body))).status).toBe(200)
})

test('a deleted invitation lets nobody in', async () => {
  const email = newEmail()
  const { body: invitation } = await toPlatform(email)
  const path = `/v1/user-invitations/${invitation.id}`
  expect((await server.call('DELETE', path, { token: owner.token })).status).toBe(204)
  expect((await server.call('DELETE', path, { token: owner.token })).status).toBe(404)
  expect(await accept(tokenOf(invitation))).toMatchObject(refused(400, 'INVALID_OR_EXPIRED_JWT_TOKEN'))
  for (const wrong of ['x', owner.token, tokenOf(invitation).slice(0, -2)])
    expect(await accept(wrong)).toMatchObject(refused(400, 'INVALID_OR_EXPIRED_JWT_TOKEN'))
})

test('lists show those of a project to its members, and all of them to administrators alone', async () => {
  const [projectId, email] = [await newTeam(), newEmail()]
  const viewer = await addColleague(server, owner, 'Vic')
  await toProject('vic@example.com', projectId, 'Viewer')
  const { body: invitation } = await toProject(email, projectId, 'Viewer')
  const list = (token: string, query: Record<string, string>) =>
    server.call<{ data: Invitation[] }>('GET', '/v1/user-invitations', { token, query })
  const seen = await list(viewer.token, { type: 'PROJECT', projectId, abilities: 'true' })
  expect(seen.body.data).toMatchObject([
    { id: invitation.id, abilities: { read: true, create: false, resend: false, delete: false } },
  ])
  expect(JSON.stringify(seen.body)).not.toContain('token=')
  expect(await list(viewer.token, { type: 'PLATFORM' })).toMatchObject(refused(403, 'AUTHORIZATION'))
  const all = await list(owner.token, { status: 'PENDING', limit: '100' })
  expect(all.body.data.map(({ id }) => id)).toContain(invitation.id)
})

test('invitations of another platform are unknown, and those of a platform to people who do not administer it', async () => {
  const { body: invitation } = await toPlatform(newEmail())
  const { body: other } = await server.call<Session>('POST', '/v1/platforms', {
    token: owner.token,
    body: { name: 'Other' },
  })
  const member = await addColleague(server, owner, 'Mia')
  for (const token of [other.token, member.token]) {
    const answer = async (id: string) => {
      const { status, body } = await server.call('DELETE', `/v1/user-invitations/${id}`, { token })
      return JSON.stringify({ status, body }).replaceAll(id, 'ID')
    }
    expect(await answer(invitation.id)).toBe(await answer('x'.repeat(21)))
    expect(await answer(invitation.id)).toContain('404')
  }
})

test('somebody with an account comes to another platform by accepting, and switches to it', async () => {
  const email = newEmail()
  const { body: invitation } = await toPlatform(email)
  const { body: session } = await signUp(email, { invitationToken: tokenOf(invitation) })
  const { body: other } = await server.call<Session>('POST', '/v1/platforms', {
    token: owner.token,
    body: { name: 'Second' },
  })
  const { body: second } = await toPlatform(email, 'ADMIN', other.token)
  const switchTo = (platformId: string) =>
    server.call<Session>('POST', '/v1/authentication/switch-platform', { token: session.token, body: { platformId } })
  expect((await switchTo(other.platformId)).status).toBe(404)
  expect((await accept(tokenOf(second))).body).toMatchObject({ hasAccount: true })
  expect(await switchTo(other.platformId)).toMatchObject({ status: 200, body: { platformRole: 'ADMIN' } })
})

test('a platform that allows no passwords, or not the domain, lets nobody sign up', async () => {
  const [email, change] = [
    newEmail(),
    (body: object) => server.call('POST', `/v1/platforms/${owner.platformId}`, { token: owner.token, body }),
  ]
  const { body: invitation } = await toPlatform(email)
  try {
    await change({ emailAuthEnabled: false })
    const more = { invitationToken: tokenOf(invitation) }
    expect(await signUp(email, more)).toMatchObject(refused(403, 'EMAIL_AUTH_DISABLED'))
    await change({ emailAuthEnabled: true, enforceAllowedAuthDomains: true, allowedAuthDomains: ['acme.test'] })
    expect(await signUp(email, more)).toMatchObject(refused(403, 'DOMAIN_NOT_ALLOWED'))
  } finally {
    await change({ emailAuthEnabled: true, enforceAllowedAuthDomains: false, allowedAuthDomains: [] })
  }
})

test('of two who are invited at once, one takes the last place', async () => {
  const { db } = server.server
  const key = 'filled-'
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from user_invitation where "platformId" = ${owner.platformId}`.execute(db)
  await sql`
    insert into user_invitation (id, type, email, "platformId", status, expires, "platformRole")
    select ${key} || n, 'PLATFORM', ${key} || n || '@example.com', ${owner.platformId}, 'PENDING', now(), 'MEMBER'
    from generate_series(1, ${9999 - (rows[0]?.count ?? 0)}::integer) n`.execute(db)
  const last = [newEmail(), newEmail()] as const
  const statuses = await Promise.all(last.map(async (email) => (await toPlatform(email)).status))
  expect(statuses.sort()).toEqual([201, 409])
  // One that is there is sent again.
  expect((await toPlatform(`${key}1@example.com`)).status).toBe(201)
  await db.deleteFrom('user_invitation').where('id', 'like', `${key}%`).execute()
})
