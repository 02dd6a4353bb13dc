import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestPostgres } from '../../database/testing.ts'
import { codeAction, flowMaker, webhookTrigger } from '../../testing/flows.ts'
import { startTestBucket, type TestBucket } from '../../testing/s3.ts'
import { signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let database: Awaited<ReturnType<typeof createTestPostgres>>
let bucket: TestBucket
let env: Record<string, string>
/** Takes calls, has no workers. */
let front: TestServer

beforeAll(async () => {
  database = await createTestPostgres()
  bucket = await startTestBucket()
  env = {
    ...bucket.env,
    AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
    AP_JWT_SECRET: 'a secret of the whole cluster, long',
    AP_POSTGRES_URL: database.url,
    AP_WEBHOOK_PAYLOAD_INLINE_THRESHOLD_KB: '100',
  }
  front = await startTestServer(env)
})

afterAll(async () => {
  await front?.[Symbol.asyncDispose]()
  await bucket?.[Symbol.asyncDispose]()
  await database.drop()
})

test('a large payload waits in file storage, reaches its run whole, and is gone when the run is over', async () => {
  const owner = await signUpOwner(front)
  const flows = flowMaker(front, owner)
  const measure = 'export const code = async ({ text }) => ({ length: text.length, end: text.slice(-3) })'
  const flow = await flows.create(webhookTrigger(), [codeAction('step_1', measure, { text: '{{trigger.body.text}}' })])
  await flows.publish(flow.id)
  for (const text of ['small', `${'x'.repeat(1_000_000)}end`])
    expect((await front.call('POST', `/v1/webhooks/${flow.id}`, { body: { text } })).status).toBe(200)

  const waiting = await front.server.db
    .selectFrom('flow_run')
    .selectAll()
    .where('flowId', '=', flow.id)
    .orderBy('id')
    .execute()
  expect(waiting).toMatchObject([
    { status: 'QUEUED', payload: expect.stringContaining('small'), payloadFileId: null },
    { status: 'QUEUED', payload: null, payloadFileId: expect.any(String) },
  ])
  const key = `${owner.projectId}/WEBHOOK_PAYLOAD/${waiting[1]?.payloadFileId}`
  expect(await bucket.keys()).toContain(key)

  await using _back = await startTestServer({ ...env, AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
  const runs = await flows.finishedRuns(flow.id, 2)
  const outputs = await Promise.all(
    runs.map(async ({ id }) => {
      const { body } = await front.call<{ steps: Record<string, { output: unknown }> }>('GET', `/v1/flow-runs/${id}`, {
        token: owner.token,
      })
      return body.steps.step_1?.output
    }),
  )
  expect(outputs).toEqual(
    expect.arrayContaining([
      { length: 5, end: 'all' },
      { length: 1_000_003, end: 'end' },
    ]),
  )
  await expect.poll(() => bucket.keys()).not.toContain(key)
})
