import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addColleague } from '../testing/people.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
let owner: Person

beforeAll(async () => {
  // One window for the whole test.
  server = await startTestServer({ AP_API_RATE_LIMIT_MAX: '5', AP_API_RATE_LIMIT_WINDOW: '24h' })
  owner = await signUpOwner(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const ask = (token: string) => server.call<{ code: string }>('GET', '/v1/users/me', { token })

test('each caller has requests of its own, and hears how many are left', async () => {
  const { token } = await addColleague(server, owner, 'Ben')
  const first = await ask(token)
  expect(first.status).toBe(200)
  expect(first.headers.get('x-ratelimit-limit')).toBe('5')
  expect(first.headers.get('x-ratelimit-remaining')).toBe('4')
  for (let count = 2; count <= 5; count++) expect((await ask(token)).status).toBe(200)
  const refused = await ask(token)
  expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } })
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
  const wait = Number(refused.headers.get('retry-after'))
  const reset = Number(refused.headers.get('x-ratelimit-reset'))
  expect(wait).toBeGreaterThan(0)
  expect(Math.abs(reset - Date.now() / 1000 - wait)).toBeLessThan(60)
  expect((await ask(owner.token)).status).toBe(200)
  // A request that is refused at the door counts for nobody.
  expect((await ask('not-a-token')).status).toBe(401)
})

test('calls of webhooks and engines do not count', async () => {
  const { platformId, projectId } = owner
  const token = await server.server.tokens.engine({ id: newId(), projectId, platformId })
  for (let count = 0; count < 8; count++) {
    const entry = await server.call('GET', '/v1/store-entries', { token, query: { key: 'k' } })
    expect(entry.status).toBeLessThan(429)
    expect(entry.headers.get('x-ratelimit-limit')).toBeNull()
    expect((await server.call('POST', `/v1/webhooks/${newId()}`, { body: {} })).status).toBeLessThan(429)
  }
})
