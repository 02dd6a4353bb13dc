import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flowMaker, pieceAction, pieceTrigger } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

// Published pieces, taken from the npm registry while the server runs. install.test.ts covers installs offline.
const MAPPER = { name: '@activepieces/piece-data-mapper', version: '0.3.15' }
const WEBHOOK = { name: '@activepieces/piece-webhook', version: '0.1.29' }

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>

beforeAll(async () => {
  try {
    await promisify(execFile)('npm', ['view', `${MAPPER.name}@${MAPPER.version}`, 'version'], { timeout: 60_000 })
  } catch (error) {
    throw new Error(
      `This test installs published pieces, and the npm registry cannot be reached from here (npm config get registry). ${error instanceof Error ? error.message : ''}`,
    )
  }
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP' })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
})
afterAll(() => server?.[Symbol.asyncDispose]())

const mapperStep = (name: string, version = MAPPER.version) =>
  pieceAction(name, MAPPER.name, version, 'advanced_mapping', {
    mapping: { greeting: "hello {{trigger['body']['name']}}", list: [1, "{{trigger['body']['name']}}"] },
  })

test('published pieces installed at their exact versions run a flow, and win over the built-in ones', async () => {
  for (const { name, version } of [MAPPER, WEBHOOK]) {
    const body = { packageType: 'REGISTRY', scope: 'PLATFORM', pieceName: name, pieceVersion: version }
    const made = await server.call('POST', '/v1/pieces', { token: owner.token, body })
    expect(made, JSON.stringify(made.body)).toMatchObject({ status: 201, body: { name, version } })
  }
  const trigger = pieceTrigger(WEBHOOK.name, WEBHOOK.version, 'catch_webhook', { authType: 'none', authFields: {} })
  const answer = pieceAction('step_2', WEBHOOK.name, WEBHOOK.version, 'return_response', {
    responseType: 'json',
    respond: 'stop',
    fields: { status: 201, headers: { 'x-from': 'npm' }, body: { said: "{{step_1['greeting']}}" } },
  })
  const flow = await flows.create(trigger, [mapperStep('step_1'), answer])
  expect(flow.version.valid).toBe(true)
  await flows.publish(flow.id)

  const reply = await server.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: { name: 'Ada' } })
  expect(reply).toMatchObject({ status: 201, body: { said: 'hello Ada' } })
  expect(reply.headers.get('x-from')).toBe('npm')

  expect((await server.call('POST', `/v1/webhooks/${flow.id}`, { body: { name: 'Bob' } })).status).toBe(200)
  const runs = await flows.finishedRuns(flow.id, 2)
  const steps = (await flows.run(runs[1]?.id ?? '')).steps
  expect(steps?.step_1?.output).toEqual({ greeting: 'hello Bob', list: [1, 'Bob'] })

  const { ref } = await server.server.execution.versions.get(flow.version.id)
  expect(ref.pieces).toEqual({
    [`${MAPPER.name}@${MAPPER.version}`]: { type: 'REGISTRY' },
    [`${WEBHOOK.name}@${WEBHOOK.version}`]: { type: 'REGISTRY' },
  })
})

test('a step pinned to a version that is not installed runs on the built-in piece', async () => {
  const trigger = pieceTrigger(WEBHOOK.name, '0.1.20', 'catch_webhook', { authType: 'none', authFields: {} })
  const flow = await flows.create(trigger, [mapperStep('step_1', '0.3.0')])
  await flows.publish(flow.id)
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body: { name: 'Eve' } })
  const [run] = await flows.finishedRuns(flow.id, 1)
  expect((await flows.run(run?.id ?? '')).steps?.step_1).toMatchObject({ output: { greeting: 'hello Eve' } })
  const { ref } = await server.server.execution.versions.get(flow.version.id)
  expect(Object.values(ref.pieces)).toEqual([{ type: 'BUILTIN' }, { type: 'BUILTIN' }])
})
