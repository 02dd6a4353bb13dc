import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flowMaker, pieceAction, pieceTrigger, webhookTrigger } from '../../testing/flows.ts'
import { pieceArchive } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

const NAME = '@acme/piece-odd'
const VERSION = '1.0.0'
const SOURCE = `
  import { createAction, createPiece, createTrigger, PieceAuth, Property, TriggerStrategy } from '@piecework/framework'
  import { closeSync } from 'node:fs'
  const odd = (name, run) =>
    createAction({ name, displayName: name, description: '', requireAuth: false, props: {}, run })
  const cycle = { a: {} }
  cycle.a.b = cycle
  // As published pieces have them: nothing stands between the engine and what the piece gives.
  const asks = (type, resolve) => ({ type, displayName: type, required: false, refreshers: [], options: resolve, props: resolve })
  const options = (give) => asks('DROPDOWN', async () => ({ options: [{ label: 'one', value: give() }] }))
  const odd_options = {
    text: asks('DROPDOWN', async () => 'no list'),
    list: asks('DROPDOWN', async () => [{ label: 'one', value: 1 }]),
    own_text: Property.Dropdown({ displayName: 'Own', required: false, refreshers: [], options: async () => 'no list' }),
    nothing: asks('MULTI_SELECT_DROPDOWN', async () => undefined),
    no_list: asks('DROPDOWN', async () => ({ disabled: true, placeholder: 'connect first' })),
    text_list: asks('DROPDOWN', async () => ({ options: 'one' })),
    holes: asks('DROPDOWN', async () => ({ options: [null, 'one', { label: 'two', value: 2 }] })),
    cycle: options(() => cycle), bigint: options(() => 10n), function: options(() => () => 1),
    large: options(() => 'x'.repeat(30e6)),
    exits: asks('DROPDOWN', async () => process.exit(3)),
    hangs: asks('DROPDOWN', async () => { for (;;) {} }),
    no_properties: asks('DYNAMIC', async () => null),
    property_list: asks('DYNAMIC', async () => [1]),
    properties: asks('DYNAMIC', async () => ({ a: 'x', b: Property.Dropdown({ displayName: 'B', required: true, refreshers: [], options: async () => ({ options: [] }) }) })),
    throwing: asks('DYNAMIC', async () => { throw new Error('no such shelf') }),
  }
  const auth = PieceAuth.SecretText({ displayName: 'Key', required: true, validate: async ({ auth }) => ({
    yes: { valid: true }, nothing: undefined, text: 'yes', no: { valid: false }, list: { valid: false, error: ['no'] },
  })[auth] })
  class Person { constructor() { this.name = 'Ada' } get secret() { return 1 } greet() {} }
  const hooks = { onEnable: async () => {}, onDisable: async () => {}, sampleData: {}, props: {}, requireAuth: false }
  const hook = (name, more) =>
    createTrigger({ name, displayName: name, description: '', type: TriggerStrategy.WEBHOOK, ...hooks, test: more.run, ...more })
  export const piece = createPiece({
    displayName: 'Odd', logoUrl: 'x', authors: [], auth,
    triggers: [
      hook('usual', { run: async () => [1] }),
      hook('text', { run: async () => 'no list' }),
      hook('bigint_event', { run: async () => [{ n: 10n }] }),
      hook('cycle_event', { run: async () => [cycle] }),
      hook('throws_text', { run: async () => { throw 'just text' } }),
      hook('throws_nothing', { run: async () => { throw undefined } }),
      hook('throws_later', { run: async () => { setTimeout(() => { throw new Error('too late') }, 1); await new Promise(() => {}) } }),
      hook('exits', { run: async () => process.exit(3) }),
      hook('hangs', { run: async () => { for (;;) {} } }),
      hook('never', { run: () => new Promise(() => {}) }),
      hook('exits_at_start', { run: async () => [1], onStart: async () => process.exit(3) }),
      hook('fails_to_enable', { run: async () => [1], onEnable: async () => { throw { code: 42 } } }),
      hook('never_enables', { run: async () => [1], onEnable: () => new Promise(() => {}) }),
    ],
    actions: [
      createAction({ name: 'asks', displayName: 'asks', description: '', requireAuth: false, props: odd_options, run: async () => 1 }),
      odd('date', async () => new Date(0)),
      odd('map', async () => ({ map: new Map([[1, 2]]), set: new Set([1]), nan: NaN, un: undefined, f() {}, s: Symbol('x') })),
      odd('function', async () => () => 1),
      odd('symbol', async () => Symbol('x')),
      odd('instance', async () => new Person()),
      odd('long_list', async () => Array.from({ length: 100 }, () => 'x'.repeat(1e6))),
      odd('never', () => new Promise(() => {})),
      odd('throws_null', async () => { throw null }),
      odd('throws_cycle', async () => { throw Object.assign(new Error('round'), { cycle }) }),
      odd('throws_getters', async () => { throw { get message() { throw 1 }, toString() { throw 2 } } }),
      odd('throws_huge', async () => { throw new Error('x'.repeat(20e6)) }),
      odd('throws_json_trap', async () => ({ toJSON() { throw new Error('no JSON of me') } })),
      odd('rejects_afterwards', async () => { setTimeout(() => Promise.reject(new Error('unseen')), 50); return 'returned' }),
      odd('leaves_timers', async () => { for (let i = 0; i < 30; i++) setInterval(() => {}, 1); return process.pid }),
      odd('pid', async () => process.pid),
      odd('changes_everything', async () => {
        Object.prototype.polluted = 1; Array.prototype.push = null; JSON.parse = null; globalThis.fetch = null
        process.env.HOME = '/nowhere'; process.env.LEFT = '1'; process.removeAllListeners()
        return 'changed'
      }),
      odd('looks', async () => [({}).polluted ?? null, typeof [].push, typeof JSON.parse, typeof fetch, process.env.LEFT ?? null, process.env.HOME !== '/nowhere']),
      odd('changes_folder', async () => process.chdir('/')),
      odd('closes_streams', async () => { process.stdout.destroy(); process.stderr.end(); process.stdin.destroy(); closeSync(1); closeSync(2); console.log('x'); return 'closed' }),
      odd('closes_channel', async () => { closeSync(3); await new Promise(() => {}) }),
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
      odd('floods', async () => { for (let i = 0; i < 100; i++) { console.log('x'.repeat(5e5)); process.stdout.write('y'.repeat(5e5)) } return 'flooded' }),
      odd('exits', async () => process.exit(3)),
      odd('hangs', async () => { for (;;) {} }),
      odd('hungry', async () => { const kept = Buffer.alloc(1e9, 1); await new Promise(() => {}); return kept }),
    ],
  })`

let server: TestServer
let owner: Person
let flows: ReturnType<typeof flowMaker>

beforeAll(async () => {
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    // Long enough for a loaded machine to fill the memory of a sandbox.
    AP_FLOW_TIMEOUT_SECONDS: '8',
    AP_TRIGGER_TIMEOUT_SECONDS: '3',
    AP_TRIGGER_HOOKS_TIMEOUT_SECONDS: '4',
    AP_WORKER_CONCURRENCY: '1',
    AP_SANDBOX_MEMORY_LIMIT: String(512 * 1024),
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
  ['function', undefined],
  ['symbol', undefined],
  ['buffer', { type: 'Buffer', data: [97, 98, 99] }],
  ['date', '1970-01-01T00:00:00.000Z'],
  ['map', { map: {}, set: {}, nan: null }],
  ['instance', { name: 'Ada' }],
  ['floods', 'flooded'],
  ['rejects_afterwards', 'returned'],
  ['closes_streams', 'closed'],
])('an action that gives %s succeeds', async (action, output) => {
  const ended = await end(action)
  expect(ended.status, ended.message).toBe('SUCCEEDED')
  expect(ended.step?.output).toEqual(output)
  expect(await end('fine')).toMatchObject({ status: 'SUCCEEDED', step: { output: 'fine' } })
})

test.each([
  ['bigint', 'FAILED', /BigInt/],
  ['cycle', 'FAILED', /circular/],
  ['large', 'LOG_SIZE_EXCEEDED', /MB/],
  ['long_list', 'LOG_SIZE_EXCEEDED', /MB/],
  ['throws_text', 'FAILED', /just text/],
  ['throws_nothing', 'FAILED', /undefined/],
  ['throws_null', 'FAILED', /null/],
  ['throws_object', 'FAILED', /42/],
  ['throws_cycle', 'FAILED', /round/],
  ['throws_getters', 'FAILED', /./],
  ['throws_huge', 'FAILED', /^Error: x{1000}[\s\S]{1,70000}$/],
  ['throws_json_trap', 'FAILED', /no JSON of me/],
  ['throws_later', 'FAILED', /too late/],
  ['exits', 'FAILED', /exit/],
  ['changes_folder', 'FAILED', /chdir/],
  ['hangs', 'TIMEOUT', /8 seconds/],
  ['never', 'TIMEOUT', /8 seconds/],
  ['closes_channel', 'INTERNAL_ERROR', /cut off/],
  ['hungry', 'MEMORY_LIMIT_EXCEEDED', /512 MB/],
])('an action that %s ends its run as %s and says why, and the next run is fine', async (action, status, message) => {
  const ended = await end(action)
  expect(ended.status, ended.message).toBe(status)
  expect(ended.message).toMatch(message)
  expect(await end('fine')).toMatchObject({ status: 'SUCCEEDED', step: { output: 'fine' } })
})

test('what an action changes of the process is put back for the next', async () => {
  expect(await end('changes_everything')).toMatchObject({ step: { output: 'changed' } })
  const expected = [null, 'function', 'function', 'function', null, true]
  for (let i = 0; i < 2; i++) expect((await end('looks')).step?.output).toEqual(expected)
})

test('a process in which an action left many timers is replaced', async () => {
  const { step } = await end('leaves_timers')
  await expect.poll(async () => (await end('pid')).step?.output).not.toBe(step?.output)
})

describe('a trigger', () => {
  /** Starts a flow with the trigger. @returns the answer that a waiting caller gets, and how the run ends. */
  const start = async (triggerName: string) => {
    const flow = await flows.create(pieceTrigger(NAME, VERSION, triggerName), [
      pieceAction('step_1', NAME, VERSION, 'fine', {}),
    ])
    const published = await flows.operate(flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
    if (published.status !== 200) return { refused: JSON.stringify(published.body) }
    await server.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: {} })
    const [run] = await flows.finishedRuns(flow.id, 1)
    const { status, failedStep } = await flows.run(run?.id ?? '')
    await flows.disable(flow.id)
    return { status, message: failedStep?.message ?? '' }
  }

  test.each([
    ['text', 'FAILED', /must return a list of events/],
    ['bigint_event', 'FAILED', /BigInt/],
    ['cycle_event', 'FAILED', /circular/],
    ['throws_text', 'FAILED', /just text/],
    ['throws_nothing', 'FAILED', /undefined/],
    ['throws_later', 'FAILED', /too late/],
    ['exits', 'FAILED', /exit/],
    ['exits_at_start', 'FAILED', /exit/],
    ['hangs', 'TIMEOUT', /8 seconds/],
    ['never', 'TIMEOUT', /8 seconds/],
  ])('that is odd (%s) ends its run as %s, and the next flow is fine', async (triggerName, status, message) => {
    const ended = await start(triggerName)
    expect(ended).toMatchObject({ status })
    expect(ended.message).toMatch(message)
    expect(await start('usual')).toMatchObject({ status: 'SUCCEEDED' })
  })

  test.each([
    ['fails_to_enable', /42/],
    ['never_enables', /within 4 seconds/],
  ])('that cannot be switched on (%s) says why', async (triggerName, why) => {
    expect((await start(triggerName)).refused).toMatch(why)
    expect(await start('usual')).toMatchObject({ status: 'SUCCEEDED' })
  })

  test.each([
    ['cycle_event', /circular/],
    ['throws_nothing', /undefined/],
    ['hangs', /within 3 seconds/],
  ])('that is odd (%s) fails its test with the reason', async (triggerName, why) => {
    const flow = await flows.create(pieceTrigger(NAME, VERSION, triggerName))
    const body = { projectId: owner.projectId, flowId: flow.id, flowVersionId: flow.version.id }
    const tried = { token: owner.token, body: { ...body, testStrategy: 'TEST_FUNCTION' } }
    const answer = await server.call('POST', '/v1/test-trigger', tried)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify(answer.body)).toMatch(why)
  })
})

describe('a property', () => {
  const FAILED = { disabled: true, options: [], placeholder: 'Throws an error, reconnect or refresh the page' }
  const ask = async (propertyName: string) => {
    const flow = await flows.create(webhookTrigger())
    return server.call('POST', '/v1/pieces/options', {
      token: owner.token,
      body: {
        projectId: owner.projectId,
        pieceName: NAME,
        pieceVersion: VERSION,
        actionOrTriggerName: 'asks',
        propertyName,
        flowId: flow.id,
        flowVersionId: flow.version.id,
        input: {},
      },
    })
  }

  test.each([
    ['text', FAILED],
    ['list', FAILED],
    ['own_text', FAILED],
    ['nothing', FAILED],
    ['no_list', { disabled: true, placeholder: 'connect first', options: [] }],
    ['text_list', FAILED],
    ['holes', { options: [{ label: 'two', value: 2 }] }],
    ['cycle', FAILED],
    ['bigint', FAILED],
    ['function', { options: [{ label: 'one' }] }],
    ['large', FAILED],
    ['exits', FAILED],
    ['no_properties', {}],
    ['property_list', FAILED],
    ['properties', { b: { type: 'DROPDOWN', displayName: 'B', required: true, refreshers: [] } }],
    ['throwing', FAILED],
  ])('that gives %s is answered with what a form can show', async (name, options) => {
    expect(await ask(name)).toMatchObject({ status: 200, body: { options: expect.objectContaining(options) } })
  })

  test('that hangs is given up in time', async () => {
    const answer = await ask('hangs')
    expect(answer).toMatchObject({ status: 400, body: { code: 'ENGINE_OPERATION_FAILURE' } })
    expect(JSON.stringify(answer.body)).toMatch(/within 3 seconds/)
    expect(await ask('no_list')).toMatchObject({ status: 200 })
  })
})

test.each([
  ['yes', 201, undefined],
  ['no', 400, 'The connection is not valid'],
  ['list', 400, 'The connection is not valid'],
  ['text', 400, 'The connection is not valid'],
  ['nothing', 400, 'The connection is not valid'],
])('a check of credentials that says %s is answered with %i', async (secret_text, status, error) => {
  const { token, projectId } = owner
  const value = { type: 'SECRET_TEXT', secret_text }
  const body = { externalId: secret_text, displayName: 'x', pieceName: NAME, projectId, type: 'SECRET_TEXT', value }
  const answer = await server.call('POST', '/v1/app-connections', { token, body })
  expect(answer).toMatchObject({ status, body: error === undefined ? {} : { params: { error } } })
})
