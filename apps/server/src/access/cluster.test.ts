import { Redis as Client } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestPostgres } from '../database/testing.ts'
import { eventually } from '../testing/flows.ts'
import { addColleague } from '../testing/people.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../testing/server.ts'

// A Redis database of its own.
const REDIS_URL = `${process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'}/11`
/** Far less than what is remembered is kept for without a word of its change. */
const AT_ONCE_MS = 5000

describe.each([
  ['the database', {}],
  ['Redis', { AP_REDIS_URL: REDIS_URL }],
] as const)('with messages over %s', (carrier, carrierEnv) => {
  let database: Awaited<ReturnType<typeof createTestPostgres>>
  let here: TestServer
  let there: TestServer
  let owner: Person

  beforeAll(async () => {
    database = await createTestPostgres()
    const env = {
      AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
      AP_JWT_SECRET: 'a secret of the whole cluster, long',
      AP_POSTGRES_URL: database.url,
      ...carrierEnv,
    }
    const servers = await Promise.all([startTestServer(env), startTestServer(env)])
    here = servers[0]
    there = servers[1]
    owner = await signUpOwner(here)
  })
  afterAll(async () => {
    await Promise.all([here, there].map((server) => server?.[Symbol.asyncDispose]()))
    await database.drop()
    if (carrier === 'Redis') {
      const redis = new Client(REDIS_URL)
      await redis.flushdb()
      await redis.quit()
    }
  })

  const list = async (server: TestServer, token: string, projectId = owner.projectId): Promise<number> =>
    (await server.call('GET', '/v1/flows', { token, query: { projectId } })).status

  /** Known to both apps; then it is taken away at one, which refuses it in the next breath, and the other soon after. */
  const revoked = async (token: string, projectId: string, status: number, revoke: () => Promise<unknown>) => {
    for (const server of [here, there, here, there]) expect(await list(server, token, projectId)).toBe(200)
    await revoke()
    expect(await list(here, token, projectId)).toBe(status)
    const refused = async () => ((await list(there, token, projectId)) === status ? true : undefined)
    await eventually(refused, 'the refusal at the other app', AT_ONCE_MS)
  }

  test('a deleted key is refused at every app', async () => {
    const asOwner = { token: owner.token }
    const { body: key } = await here.call<{ id: string; value: string }>('POST', '/v1/api-keys', {
      ...asOwner,
      body: { displayName: 'k' },
    })
    await revoked(key.value, owner.projectId, 401, () => here.call('DELETE', `/v1/api-keys/${key.id}`, asOwner))
  })

  test('a user who is switched off is refused at every app', async () => {
    const bob = await addColleague(here, owner, 'Bob', 'Editor')
    await revoked(bob.token, owner.projectId, 401, () =>
      here.call('POST', `/v1/users/${bob.userId}`, { token: owner.token, body: { status: 'INACTIVE' } }),
    )
  })

  test('an administrator who is one no longer is refused at every app', async () => {
    const eve = await addColleague(here, owner, 'Eve')
    const become = (platformRole: string) =>
      here.call('POST', `/v1/users/${eve.userId}`, { token: owner.token, body: { platformRole } })
    await become('ADMIN')
    await revoked(eve.token, owner.projectId, 404, () => become('MEMBER'))
  })

  test('a member who is none any more is refused at every app', async () => {
    const mae = await addColleague(here, owner, 'Mae', 'Viewer')
    await revoked(mae.token, owner.projectId, 404, async () => {
      const { db, events } = here.server
      await db.deleteFrom('project_member').where('userId', '=', mae.userId).execute()
      await events.emit('ACCESS_CHANGED', { of: 'USER', id: mae.userId })
    })
  })

  test('nobody enters a deleted project at any app', async () => {
    const { body: project } = await here.call<{ id: string }>('POST', '/v1/projects', {
      token: owner.token,
      body: { displayName: 'Short' },
    })
    await revoked(owner.token, project.id, 404, () =>
      here.call('DELETE', `/v1/projects/${project.id}`, { token: owner.token }),
    )
  })
})
