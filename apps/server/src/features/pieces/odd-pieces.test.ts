import { afterAll, beforeAll, expect, test } from 'vitest'
import { flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { pieceArchive } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const NAME = '@acme/piece-odd'
const VERSION = '1.0.0'
const SOURCE = `
  import { createAction, createPiece, PieceAuth } from '@piecework/framework'
  const odd = (name, run) =>
    createAction({ name, displayName: name, description: '', auth: PieceAuth.None(), props: {}, run })
  const cycle = { a: {} }
  cycle.a.b = cycle
  export const piece = createPiece({
    displayName: 'Odd', logoUrl: 'x', authors: [], auth: PieceAuth.None(), triggers: [],
    actions: [
      odd('fine', async () => 'fine'),
      odd('nothing', async () => undefined),
      odd('buffer', async () => Buffer.from('abc')),
      odd('bigint', async () => ({ n: 10n })),
      odd('cycle', async () => cycle),
      odd('large', async () => 'x'.repeat(100 * 1024 * 1024)),
      odd('throws_text', async () => { throw 'just text' }),
      odd('throws_nothing', async () => { throw undefined }),
      odd('throws_object', async () => { throw { code: 42 } }),
      odd('throws_later', async () => { setTimeout(() => { throw new Error('too late') }, 1); await new Promise(() => {}) }),
      odd('floods', async () => { for (let i = 0; i < 20000; i++) console.log('x'.repeat(1000)); return 'flooded' }),
      odd('exits', async () => process.exit(3)),
      odd('hangs', async () => { for (;;) {} }),
      odd('hungry', async () => { const kept = []; for (;;) kept.push(new Array(1e6).fill(Math.random())) }),
    ],
  })`

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>

beforeAll(async () => {
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_FLOW_TIMEOUT_SECONDS: '3',
    AP_SANDBOX_MEMORY_LIMIT: String(256 * 1024),
  })
  owner = await signUpOwner(server)
  flows = flowMaker(server, owner)
  const form = new FormData()
  const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: NAME, pieceVersion: VERSION }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(NAME, VERSION, SOURCE))]), 'p.tgz')
  const made = await server.call('POST', '/v1/pieces', { token: owner.token, body: form })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
})
afterAll(() => server[Symbol.asyncDispose]())

/** How a step of the piece ends. */
async function end(actionName: string) {
  const flow = await flows.create(webhookTrigger(), [pieceAction('step_1', NAME, VERSION, actionName)])
  await flows.publish(flow.id)
  await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
  const [run] = await flows.finishedRuns(flow.id, 1)
  const { status, failedStep, steps } = await flows.run(run?.id ?? '')
  return { status, message: failedStep?.message ?? '', step: steps?.step_1 }
}

test.each([
  ['nothing', undefined],
  ['buffer', { type: 'Buffer', data: [97, 98, 99] }],
  ['floods', 'flooded'],
])('an action that gives %s succeeds', async (action, output) => {
  expect(await end(action)).toMatchObject({ status: 'SUCCEEDED', step: output === undefined ? {} : { output } })
})

test.each([
  ['bigint', 'FAILED', /BigInt/],
  ['cycle', 'FAILED', /circular/],
  ['large', 'LOG_SIZE_EXCEEDED', /MB/],
  ['throws_text', 'FAILED', /just text/],
  ['throws_nothing', 'FAILED', /undefined/],
  ['throws_object', 'FAILED', /42/],
  ['throws_later', 'FAILED', /too late/],
  ['exits', 'FAILED', /exit/],
  ['hangs', 'TIMEOUT', /3 seconds/],
  ['hungry', 'MEMORY_LIMIT_EXCEEDED', /256 MB/],
])('an action that %s ends its run as %s and says why, and the next run is fine', async (action, status, message) => {
  const ended = await end(action)
  expect(ended.status, ended.message).toBe(status)
  expect(ended.message).toMatch(message)
  expect(await end('fine')).toMatchObject({ status: 'SUCCEEDED', step: { output: 'fine' } })
})
