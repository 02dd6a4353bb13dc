import { Redis as Client } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestPostgres } from '../../database/testing.ts'
import { codeAction, eventually, flowMaker, webhookTrigger } from '../../testing/flows.ts'
import { connectLive, type LiveClient } from '../../testing/live.ts'
import { addColleague } from '../../testing/people.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

// A Redis database of its own.
const REDIS_URL = `${process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'}/10`
const REDIS = { AP_REDIS_URL: REDIS_URL }

describe.each([
  ['the database', {}],
  ['Redis', REDIS],
] as const)('with messages over %s', (_carrier, carrierEnv) => {
  let database: Awaited<ReturnType<typeof createTestPostgres>>
  /** Has browsers, but no workers. */
  let front: TestServer
  /** Has workers. */
  let back: TestServer
  let owner: Person
  let env: Record<string, string>

  beforeAll(async () => {
    database = await createTestPostgres()
    env = {
      AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
      AP_JWT_SECRET: 'a secret of the whole cluster, long',
      AP_POSTGRES_URL: database.url,
      ...carrierEnv,
    }
    const servers = await Promise.all([
      startTestServer(env),
      startTestServer({ ...env, AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '2' }),
    ])
    front = servers[0]
    back = servers[1]
    owner = await signUpOwner(front)
  })
  afterAll(async () => {
    await Promise.all([front, back].map((server) => server?.[Symbol.asyncDispose]()))
    await database.drop()
    if (carrierEnv === REDIS) {
      const redis = new Client(REDIS_URL)
      await redis.flushdb()
      await redis.quit()
    }
  })

  const connect = ({ origin }: TestServer, { token, projectId } = owner): Promise<LiveClient> =>
    connectLive(origin, { token, projectId })

  test('a run is seen at every app, whichever runs it', async () => {
    const flows = flowMaker(front, owner)
    using here = await connect(front)
    using there = await connect(back)
    const text = 'x'.repeat(20_000)
    const made = await flows.create(webhookTrigger(), [
      codeAction('step_1', `export const code = async () => '${text}'`),
    ])
    here.socket.emit('TEST_FLOW_RUN', { flowVersionId: made.version.id })
    const { id } = await here.next('TEST_FLOW_RUN_STARTED')
    for (const client of [here, there]) {
      const seen = await client.next(
        'UPDATE_RUN_PROGRESS',
        ({ flowRun, step }) => flowRun.id === id && step?.name === 'step_1',
      )
      // Larger than a notification of the database.
      expect(seen.step?.output).toMatchObject({ status: 'SUCCEEDED', output: text })
      await client.next('UPDATE_RUN_PROGRESS', ({ flowRun }) => flowRun.id === id && flowRun.status === 'SUCCEEDED')
    }
    const { body } = await front.call<{ id: string }>('POST', '/v1/sample-data/test-step', {
      token: owner.token,
      body: { projectId: owner.projectId, flowVersionId: made.version.id, stepName: 'step_1' },
    })
    for (const client of [here, there])
      expect(await client.next('TEST_STEP_FINISHED', ({ runId }) => runId === body.id)).toMatchObject({ output: text })
  })

  test('locks and presence hold at every app', async () => {
    const eve = await addColleague(front, owner, 'Eve', 'Editor')
    using mine = await connect(front)
    using hers = await connect(back, eve)
    expect(await mine.ask('LOCK_RESOURCE', { resourceId: 'flow' })).toEqual({ acquired: true, lock: null })
    expect(await hers.next('RESOURCE_LOCKED')).toMatchObject({ resourceId: 'flow', userId: owner.userId })
    expect(await hers.ask('LOCK_RESOURCE', { resourceId: 'flow' })).toMatchObject({ acquired: false })
    expect(mine.all('RESOURCE_LOCKED')).toEqual([])
    await mine.ask('JOIN_PRESENCE', { resourceId: 'flow' })
    await hers.ask('JOIN_PRESENCE', { resourceId: 'flow' })
    await mine.next('PRESENCE_UPDATED', ({ users }) => users.length === 2)
    hers.socket.disconnect()
    await eventually(
      async () => (mine.all('PRESENCE_UPDATED').at(-1)?.users.length === 1 ? true : undefined),
      'the end of her presence',
    )
  })

  test('somebody who is switched off is sent away from every app', async () => {
    const dan = await addColleague(front, owner, 'Dan', 'Editor')
    using here = await connect(front, dan)
    using there = await connect(back, dan)
    await front.call('POST', `/v1/users/${dan.userId}`, { token: owner.token, body: { status: 'INACTIVE' } })
    // Far sooner than the next look by itself.
    for (const client of [here, there]) {
      const sentAway = async () => (client.socket.connected ? undefined : true)
      await eventually(sentAway, 'the end of the connection')
      expect(client.all('ERROR').at(-1)).toMatchObject({ error: { code: 'SESSION_EXPIRED' } })
    }
  })

  test('when an app stops, browsers come back to another one', async () => {
    const extra = await startTestServer(env)
    using client = await connect(extra)
    const reason = new Promise((resolve) => client.socket.once('disconnect', resolve))
    await extra[Symbol.asyncDispose]()
    // As when a network fails: clients try again by themselves, which they do not when they were sent away.
    expect(await reason).toBe('transport close')
  })
})
