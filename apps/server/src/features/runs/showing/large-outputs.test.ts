import type { FlowRun } from '@piecework/model/run/run'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeAction, flowMaker, webhookTrigger } from '../../../testing/flows.ts'
import { signUpOwner, startTestServer, type TestServer } from '../../../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
})
afterAll(() => server[Symbol.asyncDispose]())

test('a run shows large outputs as they are, each in its place', async () => {
  const owner = await signUpOwner(server)
  const flows = flowMaker(server, owner)
  const many = (count: number) =>
    `export const code = async ({ n }) => Array.from({ length: ${count} }, (_, id) => ({ id, n, name: 'ä"\\\\'.repeat(6) }))`
  const flow = await flows.create(webhookTrigger(), [
    codeAction('step_1', many(300_000), { n: 'a' }),
    codeAction('step_2', 'export const code = async () => "small"'),
    codeAction('step_3', many(2_000), { n: '{{step_2}}' }),
  ])
  await flows.publish(flow.id)
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  const [run] = await flows.finishedRuns(flow.id, 1)
  const { body, headers } = await server.call<Pick<FlowRun, 'status' | 'steps'>>('GET', `/v1/flow-runs/${run?.id}`, {
    token: owner.token,
  })
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  const { status, steps } = body
  const list = (count: number, n: unknown) =>
    Array.from({ length: count }, (_, id) => ({ id, n, name: 'ä"\\'.repeat(6) }))
  expect(status).toBe('SUCCEEDED')
  expect(steps?.step_1?.output).toEqual(list(300_000, 'a'))
  expect(steps?.step_1).not.toHaveProperty('outputSlice')
  expect(steps?.step_2?.output).toBe('small')
  expect(steps?.step_3?.output).toEqual(list(2_000, 'small'))

  // A damaged row is shown among the others.
  const deep = `${'['.repeat(2500)}${']'.repeat(2500)}`
  for (const damaged of [deep, '"text"', '{"name":1}', '{"name":"a","displayName":"A","message":{"a":1}}', '[]']) {
    await sql`update flow_run set "failedStep" = ${damaged}::jsonb where id = ${run?.id}`.execute(server.server.db)
    for (const path of [`/v1/flow-runs?projectId=${owner.projectId}&limit=10`, `/v1/flow-runs/${run?.id}`]) {
      const answer = await server.call('GET', path, { token: owner.token })
      expect(answer.status).toBe(200)
      expect(JSON.stringify(answer.body)).toContain('cannot be read')
    }
  }
})
