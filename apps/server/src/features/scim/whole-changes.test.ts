import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let key: string

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  const made = { token: owner.token, body: { displayName: 'scim' } }
  key = (await server.call<{ value: string }>('POST', '/v1/api-keys', made)).body.value
})
afterAll(() => server?.[Symbol.asyncDispose]())

const scim = (method: string, path: string, body?: object) =>
  server.call<{ id: string }>(method, `/v1/scim/v2/${path}`, { token: key, body })

const person = (givenName: string, more: object = {}) => ({
  ...{ userName: `${givenName.toLowerCase()}@works.example`, name: { givenName, familyName: 'Okta' } },
  ...{ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...more },
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
    const url = '/v1/audit-events?action=user.updated&limit=100'
    const { body } = await server.call<{ data: { data: { user: { id: string }; after: { email?: string } } }[] }>(
      ...(['GET', url, { token: owner.token }] as const),
    )
    return body.data.find(({ data }) => data.user.id === first.body.id && data.after.email !== undefined)
  }, 'the new address in the audit log')
  expect(change).toMatchObject({
    actor: { type: 'SERVICE' },
    data: { before: { email: 'whole@works.example' }, after: { email: 'moved@works.example' } },
  })
})
