import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

interface Resource {
  id: string
  userName: string
  active: boolean
  externalId?: string
  name: { givenName: string }
  members: { value: string }[]
  detail: string
}
interface Event {
  action: string
  data: { user?: { id: string }; project?: { id: string }; before?: object; after?: object }
}

const CORE = 'urn:ietf:params:scim:schemas:core:2.0'
const JSON_TYPE = { 'content-type': 'application/scim+json' }

let server: TestServer
let owner: Person
let key: string

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  const { body } = await server.call<{ value: string }>('POST', '/v1/api-keys', {
    token: owner.token,
    body: { displayName: 'scim' },
  })
  key = body.value
})
afterAll(() => server?.[Symbol.asyncDispose]())

async function scim(method: string, path: string, body?: object, headers: Record<string, string> = JSON_TYPE) {
  const response = await fetch(`${server.origin}/api/v1/scim/v2/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  const { status } = response
  return { status, body: (text === '' ? {} : JSON.parse(text)) as Resource, tag: response.headers.get('etag') ?? '' }
}
const patch = (path: string, operation: object, headers: Record<string, string> = {}) =>
  scim('PATCH', path, { Operations: [operation] }, { ...JSON_TYPE, ...headers })
const replace = (path: string, value: unknown) => ({ op: 'replace', path, value })
const add = async (name: string, more: object = {}) =>
  (await scim('POST', 'Users', { userName: `${name}@works.example`, name: { givenName: name }, ...more })).body.id
const eventsOf = async (action: string) =>
  (await server.call<{ data: Event[] }>('GET', `/v1/audit-events?action=${action}&limit=50`, { token: owner.token }))
    .body.data

const person = (givenName: string, more: object = {}) => ({
  ...{ userName: `${givenName.toLowerCase()}@works.example`, name: { givenName, familyName: 'Okta' } },
  ...{ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...more },
})

test('a change of a person that is refused changes nothing', async () => {
  const before = (await scim('GET', `Users/${owner.userId}`)).body
  const wanted = { userName: before.userName, name: { givenName: 'Half', familyName: 'Written' }, active: false }
  expect((await scim('PUT', `Users/${owner.userId}`, wanted)).status).toBe(409)
  expect((await scim('GET', `Users/${owner.userId}`)).body).toEqual(before)

  await add('taken')
  const id = await add('free', { externalId: 'e1' })
  const refused = { userName: 'taken@works.example', name: { givenName: 'Half' }, active: false, externalId: 'e2' }
  expect((await scim('PUT', `Users/${id}`, refused)).status).toBe(409)
  expect((await scim('GET', `Users/${id}`)).body).toMatchObject({
    ...{ userName: 'free@works.example', name: { givenName: 'free' }, active: true, externalId: 'e1' },
  })
})

test('the owner of the platform keeps the address', async () => {
  const refused = await patch(`Users/${owner.userId}`, replace('userName', 'mine@works.example'))
  expect([refused.status, refused.body.detail]).toEqual([409, 'The owner of the platform keeps the address'])
  expect((await patch(`Users/${owner.userId}`, replace('name.givenName', 'Adele'))).status).toBe(200)
})

test('of changes at once to one version, one is done', async () => {
  const id = await add('versioned')
  const { tag } = await scim('GET', `Users/${id}`)
  const names = ['One', 'Two', 'Three', 'Four', 'Five']
  const done = await Promise.all(
    names.map((name) => patch(`Users/${id}`, replace('name.givenName', name), { 'if-match': tag })),
  )
  expect(done.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412])
  const last = await scim('GET', `Users/${id}`)
  expect((await patch(`Users/${id}`, replace('active', false), { 'if-match': `W/"older", ${last.tag}` })).status).toBe(
    200,
  )
  const now = await scim('GET', `Users/${id}`)
  expect((await scim('GET', `Users/${id}`, undefined, { 'if-none-match': `"x", ${now.tag}` })).status).toBe(304)
})

test('a change of a name does not undo a deactivation at the same time', async () => {
  const id = await add('leaver')
  for (let round = 0; round < 5; round++) {
    await server.call('POST', `/v1/users/${id}`, { token: owner.token, body: { status: 'ACTIVE' } })
    await Promise.all([
      server.call('POST', `/v1/users/${id}`, { token: owner.token, body: { status: 'INACTIVE' } }),
      patch(`Users/${id}`, replace('name.givenName', `Leaver ${round}`)),
    ])
    expect((await scim('GET', `Users/${id}`)).body).toMatchObject({
      active: false,
      name: { givenName: `Leaver ${round}` },
    })
  }
})

test('members who are added at once are all in the group', async () => {
  const ids = await Promise.all(['m1', 'm2', 'm3', 'm4', 'm5', 'm6'].map((name) => add(name)))
  const group = (await scim('POST', 'Groups', { displayName: 'Crowd' })).body.id
  const changes = ids.map((value) => patch(`Groups/${group}`, { op: 'add', path: 'members', value: [{ value }] }))
  const renamed = patch(`Groups/${group}`, replace('displayName', 'Throng'))
  for (const { status } of await Promise.all([...changes, renamed])) expect(status).toBe(200)
  const { body } = await scim('GET', `Groups/${group}`)
  expect(body.members.map(({ value }) => value).sort()).toEqual([...ids].sort())
  expect(body).toMatchObject({ displayName: 'Throng' })

  const { tag } = await scim('GET', `Groups/${group}`)
  const left = await Promise.all(
    ids.map((id) => patch(`Groups/${group}`, { op: 'remove', path: `members[value eq "${id}"]` }, { 'if-match': tag })),
  )
  expect(left.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('a deletion is answered without a body, whatever the type of it, and is on record once', async () => {
  const id = await add('deleted')
  expect((await scim('DELETE', `Users/${id}`)).status).toBe(204)
  expect((await scim('GET', `Users/${id}`)).body.active).toBe(false)
  const group = (await scim('POST', 'Groups', { displayName: 'Gone' })).body.id
  const gone = await Promise.all([1, 2, 3].map(() => scim('DELETE', `Groups/${group}`)))
  expect(gone.map(({ status }) => status).sort()).toEqual([204, 404, 404])
  const last = (await scim('POST', 'Groups', { displayName: 'Last' })).body.id
  await scim('DELETE', `Groups/${last}`)
  const onRecord = async () => (await eventsOf('project.deleted')).map(({ data }) => data.project?.id)
  await expect.poll(onRecord).toContain(last)
  expect(await onRecord()).toEqual([last, group])
})

test('changes of the address and the name are on record, and a change of nothing is not', async () => {
  const id = await add('recorded')
  await patch(`Users/${id}`, replace('userName', 'renamed@works.example'))
  await patch(`Users/${id}`, replace('name.givenName', 'Renamed'))
  await patch(`Users/${id}`, replace('name.givenName', 'Renamed'))
  await patch(`Users/${id}`, replace('active', false))
  const onRecord = async () =>
    (await eventsOf('user.updated'))
      .filter(({ data }) => data.user?.id === id)
      .map(({ data: { before, after } }) => ({ before, after }))
  await expect.poll(onRecord).toEqual([
    { before: { status: 'ACTIVE' }, after: { status: 'INACTIVE' } },
    { before: { firstName: 'recorded' }, after: { firstName: 'Renamed' } },
    { before: { email: 'recorded@works.example' }, after: { email: 'renamed@works.example' } },
  ])
})

test('attributes are named in full, and an externalId can be taken away', async () => {
  const id = await add('urn', { externalId: 'urn-1' })
  const named = await patch(`Users/${id}`, replace(`${CORE}:User:name.givenName`, 'Full'))
  expect([named.status, named.body.name.givenName]).toEqual([200, 'Full'])
  const filter = encodeURIComponent(`${CORE}:User:userName eq "urn@works.example"`)
  expect((await scim('GET', `Users?filter=${filter}`)).body).toMatchObject({ totalResults: 1 })
  const removed = await patch(`Users/${id}`, { op: 'remove', path: 'externalId' })
  expect([removed.status, removed.body.externalId]).toEqual([200, undefined])
  await patch(`Users/${id}`, replace('externalId', ''))
  expect((await scim('GET', `Users/${id}`)).body.externalId).toBeUndefined()

  const group = (await scim('POST', 'Groups', { displayName: 'Urn', externalId: 'urn-g' })).body.id
  expect((await patch(`Groups/${group}`, { op: 'remove', path: 'externalId' })).body.externalId).toBeUndefined()
  const added = await patch(`Groups/${group}`, { op: 'add', path: `${CORE}:Group:members`, value: { value: id } })
  expect(added.body.members).toMatchObject([{ value: id }])
})

test('what is wrong with a value is said with its name', async () => {
  const id = await add('named')
  const group = (await scim('POST', 'Groups', { displayName: 'Named' })).body.id
  const detail = async (path: string, operation: object) => (await patch(path, operation)).body.detail
  expect(await detail(`Users/${id}`, replace('active', 'maybe'))).toBe('The value of active must be true or false')
  expect(await detail(`Groups/${group}`, replace('displayName', ''))).toMatch(/^The value of displayName /)
  expect(await detail(`Groups/${group}`, replace('members', ['x']))).toMatch(/^The value of members.0 /)
  expect(await detail(`Groups/${group}`, { op: 'remove', path: 'displayName' })).toBe('A group has a displayName')
})

test('a person changes as a whole or not at all, and the audit log has the old and the new address', async () => {
  const [first, second] = [
    await scim('POST', 'Users', person('Whole', { externalId: 'w-1' })),
    await scim('POST', 'Users', person('Half')),
  ]
  const path = `Users/${second.body.id}`
  const taken = { status: 409, body: { detail: 'The externalId is taken' } }
  expect(await scim('PUT', path, person('Other', { externalId: 'w-1' }))).toMatchObject(taken)
  expect((await scim('GET', path)).body).toMatchObject({ userName: 'half@works.example', displayName: 'Half Okta' })
  expect(await scim('PUT', path, person('Whole', { active: false }))).toMatchObject({ status: 409 })
  expect((await scim('GET', path)).body).toMatchObject({ active: true })

  const off = await scim('POST', 'Users', person('Off', { active: false }))
  expect(off).toMatchObject({ status: 201, body: { active: false } })

  const moved = { ...person('Whole', { externalId: 'w-1' }), userName: 'moved@works.example' }
  expect(await scim('PUT', `Users/${first.body.id}`, moved)).toMatchObject({ status: 200 })
  const change = await eventually(async () => {
    const changes = await eventsOf('user.updated')
    return changes.find(({ data }) => data.user?.id === first.body.id && Reflect.has(data.after ?? {}, 'email'))
  }, 'the new address in the audit log')
  expect(change).toMatchObject({
    actor: { type: 'SERVICE' },
    data: { before: { email: 'whole@works.example' }, after: { email: 'moved@works.example' } },
  })
})
