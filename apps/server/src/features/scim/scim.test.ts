import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addColleague } from '../../testing/people.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

interface Resource {
  id: string
  userName: string
  displayName: string
  active: boolean
  members: { value: string; display: string }[]
  meta: { version: string; location: string }
  [attribute: string]: unknown
}
interface List {
  totalResults: number
  itemsPerPage: number
  startIndex: number
  Resources: Resource[]
}

const EXTENSION = 'urn:ietf:params:scim:schemas:activepieces:1.0:CustomUserAttributes'
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const PATCH = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'] }

let server: TestServer
let owner: Person
let rival: Person
let key: string
let foreignUser: string
let foreignGroup: string

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  const founded = await server.call<Person & { id: string }>('POST', '/v1/platforms', {
    token: owner.token,
    body: { name: 'Rival' },
  })
  rival = { ...founded.body, userId: founded.body.id }
  const keyOf = async ({ token }: Person) =>
    (await server.call<{ value: string }>('POST', '/v1/api-keys', { token, body: { displayName: 'scim' } })).body.value
  key = await keyOf(owner)
  foreignUser = rival.userId
  const project = { displayName: 'Theirs' }
  foreignGroup = (await server.call<{ id: string }>('POST', '/v1/projects', { token: rival.token, body: project })).body
    .id
})
afterAll(() => server?.[Symbol.asyncDispose]())

async function scim<Body = Resource>(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${server.origin}/api/v1/scim/v2/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body ? { 'content-type': 'application/scim+json' } : {}),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body, headers: response.headers }
}
const list = async (path: string) => (await scim<List>('GET', path)).body
const patch = (path: string, ...operations: object[]) => scim('PATCH', path, { ...PATCH, Operations: operations })
const filter = (text: string) => `filter=${encodeURIComponent(text)}`

const person = (name: string, more: object = {}) => ({
  ...{
    schemas: [USER],
    userName: `${name.toLowerCase()}@works.example`,
    name: { givenName: name, familyName: 'Okta' },
  },
  ...{ emails: [{ primary: true, value: `${name.toLowerCase()}@works.example`, type: 'work' }], active: true },
  ...{ displayName: `${name} Okta`, locale: 'en-US', groups: [], password: 'unused' },
  ...more,
})

test('the walk of the Okta page: test of the connector, people with roles, pushed groups, deactivation', async () => {
  // Test Connector Configuration.
  expect((await scim('GET', 'ServiceProviderConfig')).body).toMatchObject({
    patch: { supported: true },
    etag: { supported: true },
  })
  expect((await list('Users?startIndex=1&count=2')).totalResults).toBe(1)
  // Assignment: Okta looks first, and creates then.
  expect(await list(`Users?${filter('userName eq "ann@works.example"')}&startIndex=1&count=100`)).toMatchObject({
    totalResults: 0,
    Resources: [],
  })
  const ann = await scim(
    'POST',
    'Users',
    person('Ann', { externalId: '00u1', [EXTENSION]: { platformRole: 'OPERATOR' } }),
  )
  expect(ann).toMatchObject({
    status: 201,
    body: {
      userName: 'ann@works.example',
      externalId: '00u1',
      active: true,
      [EXTENSION]: { platformRole: 'OPERATOR' },
    },
  })
  expect(ann.headers.get('content-type')).toContain('application/scim+json')
  expect(await scim('POST', 'Users', person('Ann'))).toMatchObject({
    status: 409,
    body: { status: '409', scimType: 'uniqueness' },
  })
  expect(await list(`Users?${filter('userName eq "ANN@works.example"')}`)).toMatchObject({
    totalResults: 1,
    Resources: [{ id: ann.body.id }],
  })
  const known = await server.call('GET', '/v1/users', { token: owner.token, query: { externalId: '00u1' } })
  expect(known.body.data).toMatchObject([{ id: ann.body.id, firstName: 'Ann', platformRole: 'OPERATOR' }])

  // A change of the profile comes as a whole resource.
  const married = person('Ann', {
    userName: 'ann.m@works.example',
    name: { givenName: 'Ann', familyName: 'Married' },
    [EXTENSION]: { platformRole: 'MEMBER' },
  })
  expect(await scim('PUT', `Users/${ann.body.id}`, married)).toMatchObject({
    ...{ status: 200, body: { userName: 'ann.m@works.example', externalId: '00u1', displayName: 'Ann Married' } },
  })

  // Push groups.
  const ben = await scim('POST', 'Users', person('Ben'))
  const members = [{ value: ann.body.id, display: 'ann' }]
  const group = await scim('POST', 'Groups', { displayName: 'Finance', members })
  expect(group).toMatchObject({ status: 201, body: { displayName: 'Finance', members: [{ value: ann.body.id }] } })
  const path = `Groups/${group.body.id}`
  expect(await list(`Groups?${filter('displayName eq "Finance"')}`)).toMatchObject({
    totalResults: 1,
    Resources: [{ id: group.body.id }],
  })
  expect(
    (await patch(path, { op: 'add', path: 'members', value: [{ value: ben.body.id }] })).body.members,
  ).toHaveLength(2)
  const inside = await server.call<{ data: { userId: string; projectRole: { name: string } }[] }>(
    'GET',
    '/v1/project-members',
    {
      ...{ token: owner.token, query: { projectId: group.body.id } },
    },
  )
  expect(inside.body.data.map(({ projectRole }) => projectRole.name)).toEqual(['Editor', 'Editor'])
  expect((await patch(path, { op: 'remove', path: `members[value eq "${ben.body.id}"]` })).body.members).toMatchObject([
    { value: ann.body.id },
  ])
  expect(
    (await patch(path, { op: 'replace', value: { id: group.body.id, displayName: 'Money' } })).body.displayName,
  ).toBe('Money')
  expect(
    (await patch(path, { op: 'replace', path: 'members', value: [{ value: ben.body.id }] })).body.members,
  ).toMatchObject([{ value: ben.body.id }])

  // Deprovisioning: deactivated, and let out at once.
  const token = await server.server.tokens.user({
    id: ann.body.id,
    platformId: owner.platformId,
    tokenVersion: await versionOf(ann.body.id),
  })
  expect((await server.call('GET', '/v1/users/me', { token })).status).toBe(200)
  expect((await patch(`Users/${ann.body.id}`, { op: 'replace', value: { active: false } })).body.active).toBe(false)
  expect((await server.call('GET', '/v1/users/me', { token })).status).toBe(401)
  // The unlinked group goes, and its people stay.
  expect((await scim('DELETE', path)).status).toBe(204)
  expect((await scim('GET', path)).status).toBe(404)
  expect((await scim('GET', `Users/${ben.body.id}`)).body.active).toBe(true)
})

async function versionOf(userId: string): Promise<string | null> {
  const { tokenVersion } = await server.server.db
    .selectFrom('user')
    .innerJoin('user_identity', 'user_identity.id', 'user.identityId')
    .select('tokenVersion')
    .where('user.id', '=', userId)
    .executeTakeFirstOrThrow()
  return tokenVersion
}

test('changes are those of Microsoft Entra ID and others, too', async () => {
  const { body } = await scim('POST', 'Users', person('Dan'))
  const path = `Users/${body.id}`
  const changed = await patch(
    path,
    { op: 'Replace', path: 'active', value: 'False' },
    { op: 'Add', path: 'name.familyName', value: 'Azure' },
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'dan.azure@works.example' },
    { op: 'Replace', path: `${EXTENSION}:platformRole`, value: 'ADMIN' },
    { op: 'Add', path: 'externalId', value: 'aad-1' },
  )
  expect(changed.body).toMatchObject({
    ...{ active: false, userName: 'dan.azure@works.example', externalId: 'aad-1', displayName: 'Dan Azure' },
    [EXTENSION]: { platformRole: 'ADMIN' },
  })
  for (const [operation, scimType] of [
    [{ op: 'replace', path: 'shoeSize', value: 1 }, 'invalidPath'],
    [{ op: 'remove' }, 'noTarget'],
    [{ op: 'replace', path: 'active', value: 'maybe' }, 'invalidValue'],
    [{ op: 'replace', value: 'x' }, 'invalidValue'],
    [{ op: 'replace', path: 'userName', value: 'no address' }, 'invalidValue'],
    [{ op: 'replace', path: `${EXTENSION}:platformRole`, value: 'EMPEROR' }, 'invalidValue'],
    [{ op: 'shout', path: 'active' }, 'invalidValue'],
  ] as const)
    expect(await patch(path, operation), JSON.stringify(operation)).toMatchObject({
      status: 400,
      body: { scimType, status: '400' },
    })
  expect((await scim('GET', path)).body).toMatchObject({ active: false, displayName: 'Dan Azure' })
})

test('an externalId or userName that somebody else has is refused by its name', async () => {
  const [first, second] = [await scim('POST', 'Users', person('Uni')), await scim('POST', 'Users', person('Que'))]
  const path = `Users/${second.body.id}`
  expect((await scim('PUT', `Users/${first.body.id}`, person('Uni', { externalId: 'x-1' }))).status).toBe(200)
  const taken = { status: 409, body: { scimType: 'uniqueness', detail: 'The externalId is taken' } }
  expect(await scim('PUT', path, person('Que', { externalId: 'x-1' }))).toMatchObject(taken)
  expect(await patch(path, { op: 'replace', path: 'externalId', value: 'x-1' })).toMatchObject(taken)
  expect(await scim('POST', 'Users', person('Third', { externalId: 'x-1' }))).toMatchObject(taken)
  expect(await scim('PUT', path, person('Uni'))).toMatchObject({
    status: 409,
    body: { scimType: 'uniqueness', detail: 'The userName is taken' },
  })
})

test('lists have pages, filters and totals, and odd filters are refused at once', async () => {
  for (const name of ['Page-a', 'Page-b', 'Page-c']) await scim('POST', 'Users', person(name))
  const mine = filter('userName sw "page-" and active eq true')
  const [first, rest] = [
    await list(`Users?${mine}&startIndex=1&count=2`),
    await list(`Users?${mine}&startIndex=3&count=2`),
  ]
  expect(first).toMatchObject({ totalResults: 3, itemsPerPage: 2, startIndex: 1 })
  expect(rest).toMatchObject({ totalResults: 3, itemsPerPage: 1, startIndex: 3 })
  const ids = [...first.Resources, ...rest.Resources].map(({ id }) => id)
  expect(new Set(ids).size).toBe(3)
  expect(await list(`Users?${mine}&count=0`)).toMatchObject({ totalResults: 3, Resources: [] })
  expect((await list(`Users?${filter('name.givenName co "AGE-B"')}`)).totalResults).toBe(1)
  expect((await list(`Users?${filter('externalId pr and userName sw "page-"')}`)).totalResults).toBe(0)
  expect((await list(`Users?${filter('userName eq "x\' or 1=1 --"')}`)).totalResults).toBe(0)
  expect((await list(`Users?${filter('userName co "%"')}`)).totalResults).toBe(0)
  for (const [text, found] of [
    ['userName sw "page-a" or userName sw "page-b"', 2],
    ['userName sw "page-" and (name.givenName eq "Page-a" or name.givenName eq "Page-c")', 2],
    ['userName sw "page-a" or userName sw "page-b" and active eq false', 1],
    ['userName sw "page-" and not (name.givenName eq "Page-a")', 2],
    ['userName sw "page-" and not(externalId eq "(none)")', 3],
    ['((userName sw "page-a"))', 1],
  ] as const)
    expect((await list(`Users?${filter(text)}`)).totalResults, text).toBe(found)
  for (const odd of [
    ...[
      '',
      'userName',
      'userName eq',
      'userName eq "a',
      'userName like "a"',
      'password eq "a"',
      'a eq "b" or c eq "d"',
    ],
    ...[
      '(userName eq "a"',
      'userName eq "a")',
      '()',
      'not userName eq "a"',
      'userName eq "a" or',
      `${'('.repeat(20)}id pr${')'.repeat(20)}`,
      'userName eq "a" userName eq "b"',
      '__proto__ eq "a"',
      'constructor pr',
      'userName eq "\\x"',
    ],
    ...['"'.repeat(999), '\\'.repeat(999), `userName eq "${'\\"'.repeat(450)}`, 'a '.repeat(499), ' '.repeat(999)],
    Array.from({ length: 30 }, () => 'id pr').join(' and '),
  ])
    expect(await scim('GET', `Users?${filter(odd)}`), odd).toMatchObject({
      status: 400,
      body: { scimType: 'invalidFilter' },
    })
  expect((await scim('GET', `Users?${filter('a'.repeat(1001))}`)).status).toBe(400)
})

test("somebody else's change is not overwritten: versions", async () => {
  const { body, headers } = await scim('POST', 'Users', person('Eve'))
  const [path, version] = [`Users/${body.id}`, headers.get('etag') ?? '']
  expect(version).toBe(body.meta.version)
  expect((await scim('GET', path, undefined, { 'if-none-match': version })).status).toBe(304)
  const change = { ...PATCH, Operations: [{ op: 'replace', path: 'name.givenName', value: 'Eva' }] }
  expect((await scim('PATCH', path, change, { 'if-match': version })).status).toBe(200)
  expect(await scim('PATCH', path, change, { 'if-match': version })).toMatchObject({
    status: 412,
    body: { status: '412' },
  })
  expect((await scim('DELETE', path, undefined, { 'if-match': version })).status).toBe(412)
  expect((await scim('GET', path, undefined, { 'if-none-match': version })).body.displayName).toBe('Eva Okta')
})

test('nobody reaches people and projects of another platform, or what is not theirs to change', async () => {
  for (const [kind, foreign] of [
    ['Users', foreignUser],
    ['Groups', foreignGroup],
  ] as const) {
    for (const [method, body] of [
      ['GET'],
      ['DELETE'],
      ['PATCH', { ...PATCH, Operations: [{ op: 'remove', path: 'externalId' }] }],
      ['PUT', kind === 'Users' ? person('X') : { displayName: 'X' }],
    ] as const) {
      const answer = async (id: string) => {
        const { status, body: said } = await scim(method, `${kind}/${id}`, body)
        return `${status} ${JSON.stringify(said).replaceAll(id, 'ID')}`
      }
      const theirs = await answer(foreign)
      expect(theirs).toBe(await answer(newId()))
      expect(theirs).toMatch(/^404 .*scim:api:messages:2.0:Error/)
    }
  }
  const stranger = { displayName: 'Mixed', members: [{ value: foreignUser }] }
  expect(await scim('POST', 'Groups', stranger)).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } })
  expect((await list(`Groups?${filter('displayName eq "Mixed"')}`)).totalResults).toBe(0)
  // A personal project is no group.
  expect((await scim('GET', `Groups/${owner.projectId}`)).status).toBe(404)
  // Also what is no address of SCIM at all, and without a look at the body.
  for (const [method, path, body] of [
    ['GET', 'Nothing/at/all'],
    ['PUT', 'Users', { a: 1 }],
    ['POST', 'Bulk', { Operations: [] }],
  ] as const) {
    const { status, body: answer, headers } = await scim(method, path, body, { 'content-type': 'text/odd' })
    expect([status, answer.schemas, answer.status]).toEqual([
      404,
      ['urn:ietf:params:scim:api:messages:2.0:Error'],
      '404',
    ])
    expect(headers.get('content-type')).toContain('application/scim+json')
  }
  // The owner stays, and keeps the address: they own another platform, too.
  expect((await patch(`Users/${owner.userId}`, { op: 'replace', path: 'active', value: false })).status).toBe(409)
  expect(
    (await patch(`Users/${owner.userId}`, { op: 'replace', path: 'userName', value: 'thief@example.com' })).status,
  ).toBe(409)
  // People and other programs are no identity providers.
  const carl = await addColleague(server, owner, 'Carl')
  for (const token of [owner.token, carl.token, 'sk-wrong', ''])
    expect((await scim('GET', 'Users', undefined, { authorization: `Bearer ${token}` })).status).toBeOneOf([401, 403])
  const body = {
    ...person('Greedy'),
    id: foreignUser,
    platformId: rival.platformId,
    status: 'INACTIVE',
    meta: { version: 'x' },
  }
  const greedy = await scim('POST', 'Users', body)
  expect(greedy.body).toMatchObject({ active: true })
  expect(greedy.body.id).not.toBe(foreignUser)
  expect(await scim('POST', 'Users', { schemas: [USER] })).toMatchObject({ status: 400, body: { status: '400' } })
})

test('a group changes as a whole, or not at all', async () => {
  const [gus, hal] = [await scim('POST', 'Users', person('Gus')), await scim('POST', 'Users', person('Hal'))]
  const members = (...ids: string[]) => ids.map((value) => ({ value }))
  const group = await scim('POST', 'Groups', { displayName: 'Whole', members: members(gus.body.id) })
  expect(group.status).toBe(201)
  const path = `Groups/${group.body.id}`
  // The last administrator of a project stays.
  const made = await server.call('POST', '/v1/project-members', {
    token: owner.token,
    body: { projectId: group.body.id, userId: gus.body.id, role: 'Admin' },
  })
  expect(made.status).toBeOneOf([200, 201])
  const events = async () => {
    const { body } = await server.call<{ data: { action: string }[] }>('GET', '/v1/audit-events', {
      ...{ token: owner.token, query: { projectId: group.body.id, limit: 50 } },
    })
    return body.data.map(({ action }) => action).sort()
  }
  const before = [(await scim('GET', path)).body, await events()]
  const wanted = { displayName: 'Renamed', members: members(hal.body.id) }
  expect((await scim('PUT', path, wanted)).status).toBeGreaterThanOrEqual(400)
  const operations = [
    { op: 'replace', path: 'displayName', value: 'Renamed' },
    { op: 'replace', path: 'members', value: members(hal.body.id) },
  ]
  expect((await patch(path, ...operations)).status).toBeGreaterThanOrEqual(400)
  expect([(await scim('GET', path)).body, await events()]).toEqual(before)
  const both = await scim('PUT', path, { displayName: 'Renamed', members: members(gus.body.id, hal.body.id) })
  expect(both.body.displayName).toBe('Renamed')
  expect(both.body.members).toHaveLength(2)
})
