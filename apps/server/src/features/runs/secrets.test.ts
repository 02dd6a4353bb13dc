import type { FlowRun } from '@piecework/model/run/run'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeAction, eventually, flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const SECRET = 'sk-SUPERSECRET-0123456789'

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>
beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  const connection = {
    externalId: 'key',
    displayName: 'Key',
    pieceName: '@activepieces/piece-http',
    projectId: owner.projectId,
    type: 'SECRET_TEXT',
    value: { type: 'SECRET_TEXT', secret_text: SECRET },
  }
  const { status } = await server.call('POST', '/v1/app-connections', { token: owner.token, body: connection })
  expect(status).toBe(201)
})
afterAll(() => server?.[Symbol.asyncDispose]())

const giver = (name: string) =>
  codeAction(name, 'export const code = async (i) => ({ key: i.key, large: "x".repeat(i.large) })', {
    key: '{{connections.key.secret_text}}',
    large: '{{trigger.body.large}}',
  })
const taker = (name: string) =>
  codeAction(
    name,
    `export const code = async (i) => {
      if (i.fails) throw new Error('no ' + i.key + '\\nsecond line')
      return { length: i.key.length, start: i.key.slice(0, 3), again: i.key }
    }`,
    { key: '{{step_1.key}}', fails: '{{trigger.body.fails}}' },
  )
const call = async (steps: { name: string }[], body: object): Promise<string> => {
  const flow = await flows.create(webhookTrigger(), steps)
  await flows.publish(flow.id)
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body })
  return flow.id
}
const TAKEN = { length: SECRET.length, start: 'sk-', again: '**REDACTED**' }

test.each([10, 100_000])('a run that goes on after a pause has the real values again, %i bytes', async (large) => {
  const flowId = await call(
    [
      giver('step_1'),
      pieceAction('step_2', '@activepieces/piece-approval', '0.1.19', 'create_approval_links'),
      pieceAction('step_3', '@activepieces/piece-approval', '0.1.19', 'wait_for_approval'),
      taker('step_4'),
    ],
    { large },
  )
  const paused = await eventually(
    async () => (await flows.runs(flowId)).find(({ status }) => status === 'PAUSED'),
    'the pause',
  )
  const shown = await flows.run(paused.id)
  expect(shown.steps?.step_1?.output).toEqual({ key: '**REDACTED**', large: 'x'.repeat(large) })
  expect(JSON.stringify(shown)).not.toMatch(/SUPERSECRET|sealed/)
  const { pathname, search } = new URL(Object(shown.steps?.step_2?.output).approvalLink)
  await server.call('POST', pathname.replace('/api', '') + search)
  const ended = await flows.finished(paused.id)
  expect(ended.steps?.step_4?.output).toEqual(TAKEN)
  expect(JSON.stringify(ended)).not.toMatch(/SUPERSECRET|sealed/)
})

test('a failed run shows no secret, and both ways to try it again have the real values', async () => {
  const flowId = await call([giver('step_1'), taker('step_2')], { large: 1, fails: true, token: SECRET })
  const [run] = await flows.finishedRuns(flowId, 1)
  if (run === undefined) throw new Error('no run')
  // Lists show the first line.
  expect(run.failedStep?.message).toBe('Error: no **REDACTED**')
  const failed = await flows.run(run.id)
  expect(failed.failedStep?.message).toMatch(/^Error: no \*\*REDACTED\*\*\nsecond line/)
  expect(failed.steps?.trigger?.output).toMatchObject({ body: { token: '**REDACTED**' } })
  expect(JSON.stringify(failed)).not.toMatch(/SUPERSECRET|sealed/)

  const flow = await flows.flow(flowId)
  const update = { ...taker('step_2'), settings: { ...taker('step_2').settings } }
  update.settings.input = { key: '{{step_1.key}}', fails: '', token: '{{trigger.body.token}}' }
  update.settings.sourceCode.code = 'export const code = async (i) => [i.key.length, i.token.length]'
  await flows.operate(flow.id, 'UPDATE_ACTION', update)
  await flows.publish(flowId)
  const retry = (strategy: string) =>
    server.call<FlowRun>('POST', `/v1/flow-runs/${run.id}/retry`, { token: owner.token, body: { strategy } })
  const { body: latest } = await retry('ON_LATEST_VERSION')
  expect((await flows.finished(latest.id)).steps?.step_2?.output).toEqual([SECRET.length, SECRET.length])
  await retry('FROM_FAILED_STEP')
  const again = await flows.finished(run.id)
  expect(again.failedStep?.message).toMatch(/^Error: no \*\*REDACTED\*\*\nsecond line/)
})

test('lists show at most 300 characters of what went wrong', async () => {
  const source = (message: string) =>
    codeAction('step_1', `export const code = async () => { throw new Error(${message}) }`)
  const long = await call([source('"x".repeat(5000)')], {})
  expect((await flows.finishedRuns(long, 1))[0]?.failedStep?.message).toBe(`Error: ${'x'.repeat(292)}…`)
  const json = await call([source('JSON.stringify({ status: 401, body: { a: 1 } })')], {})
  const [run] = await flows.finishedRuns(json, 1)
  expect(run?.failedStep?.message).toBe('{ "status": 401, "body": { "a": 1 } }')
})
