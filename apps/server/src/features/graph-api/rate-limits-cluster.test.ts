import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestPostgres } from '../../database/testing.ts'
import { eventually } from '../../testing/flows.ts'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const REDIS_URL = `${process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'}/7`
/** A key has so many calls a minute with the plan `pro`. */
const LIMIT = 300
const AT_FIRST = 200
/** The test is tried again when it ran from one minute into the next. */
const TRIES = 5

describe.each([
  ['the database', {}],
  ['Redis', { AP_REDIS_URL: REDIS_URL }],
] as const)('two servers that count in %s', (_, carrier) => {
  let database: Awaited<ReturnType<typeof createTestPostgres>>
  let here: TestServer
  let there: TestServer

  beforeAll(async () => {
    database = await createTestPostgres()
    const env = {
      AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
      AP_JWT_SECRET: 'a secret of the whole cluster, long',
      AP_POSTGRES_URL: database.url,
      AP_API_DEFAULT_PLAN: 'pro',
      ...carrier,
    }
    here = await startTestServer(env)
    there = await startTestServer(env)
  })
  afterAll(async () => {
    for (const server of [here, there]) await server?.[Symbol.asyncDispose]()
    await database.drop()
  })

  test('refuse a key together', async () => {
    const owner = await signUpOwner(here)
    for (let attempt = 1; ; attempt++) {
      const key = await projectKey(here, owner)
      const windows = new Set<string | null>()
      const ask = async (server: TestServer) => {
        const { status, headers } = await graphClient(server, key)('GET', '/workflows?limit=1')
        windows.add(headers.get('x-ratelimit-reset'))
        return { status, headers, remaining: Number(headers.get('x-ratelimit-remaining')) }
      }
      for (let call = 0; call < AT_FIRST; call++) await ask(here)
      let calls = 0
      const refused = await eventually(async () => {
        calls++
        const answer = await ask(there)
        return answer.status === 429 ? answer : undefined
      }, 'the refusal')
      // A new minute began, and with it another count.
      if (windows.size > 1 && attempt < TRIES) continue
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(refused.remaining).toBe(0)
      // Alone, it would have taken 300.
      expect(calls).toBeLessThan(LIMIT)
      return
    }
  })
})
