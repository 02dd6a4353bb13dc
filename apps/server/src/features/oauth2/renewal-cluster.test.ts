import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestPostgres } from '../../database/testing.ts'
import { installPiece } from '../../testing/install-piece.ts'
import { startOAuth2Server } from '../../testing/oauth2-server.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { mailPiece, oauth2User } from './testing.ts'

let database: Awaited<ReturnType<typeof createTestPostgres>>
let service: Awaited<ReturnType<typeof startOAuth2Server>>
let servers: TestServer[] = []
let first: TestServer
let owner: Person
let user: ReturnType<typeof oauth2User>

beforeAll(async () => {
  database = await createTestPostgres()
  service = await startOAuth2Server()
  const env = {
    AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
    AP_JWT_SECRET: 'a secret of the whole cluster, long',
    AP_POSTGRES_URL: database.url,
    AP_SSRF_ALLOW_LIST: '127.0.0.1',
  }
  first = await startTestServer({ ...env, AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
  servers = [first, await startTestServer(env)]
  owner = await signUpOwner(first)
  user = oauth2User(first, owner, service)
  await installPiece(first, owner, mailPiece(service.url))
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
  await service[Symbol.asyncDispose]()
  await database.drop()
})

// The service takes a grant away when a refresh token is used twice: two renewals at a time would end it.
test('several servers renew a token once, and all use the new one', async () => {
  service.mode.expiresIn = 800
  await user.connect('shared')
  service.calls.length = 0
  service.mode.delayMs = 300
  const opened = await Promise.all([...servers, ...servers, ...servers].map((at) => user.open('shared', at)))
  expect(opened.map(({ body }) => body.status)).toEqual(Array(6).fill('ACTIVE'))
  expect(new Set(opened.map(({ body }) => body.value.access_token)).size).toBe(1)
  expect(service.calls.map(({ grant }) => grant)).toEqual(['refresh_token'])
})

test('a server that dies while it renews does not keep the others from renewing for long', async () => {
  service.mode.expiresIn = 800
  service.mode.delayMs = 0
  await user.connect('left')
  service.calls.length = 0
  await first.server.db
    .updateTable('app_connection')
    .set({ renewal: 'of the dead', renewalUntil: new Date(Date.now() + 500) })
    .where('externalId', '=', 'left')
    .execute()
  const opened = await user.open('left')
  expect(opened.body.value.access_token).toMatch(/^access-/)
  expect(service.calls.map(({ grant }) => grant)).toEqual(['refresh_token'])
})
