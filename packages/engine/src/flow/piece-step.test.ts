import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Piece, PieceAction } from '../contract.ts'
import { startTestApi, type TestApi } from '../testing/api.ts'
import { code, loop, piece, runOnce, webhookTrigger } from '../testing/harness.ts'

/** A context as test actions use it; what it holds is what these tests are about. */
// biome-ignore lint/suspicious/noExplicitAny: stands for all the contexts that pieces expect
type Context = any

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())
beforeEach(() => {
  api.calls.length = 0
  api.store.clear()
})

function pieceWith(
  act: (context: Context) => unknown,
  more: Partial<Piece> & { version?: string; props?: PieceAction['props'] } = {},
): Piece {
  const { version = '2', props = {}, ...rest } = more
  return {
    displayName: 'Test',
    getAction: (name) => (name === 'act' ? { name, props, run: async (context) => act(context) } : undefined),
    getTrigger: () => undefined,
    metadata: () => ({}),
    ...(version === '' ? {} : { getContextInfo: () => ({ version }) }),
    ...rest,
  }
}

const runPiece = (
  act: (context: Context) => unknown,
  options: Parameters<typeof pieceWith>[1] & {
    input?: Record<string, unknown>
    run?: Parameters<typeof runOnce>[2]
  } = {},
) => {
  const { input = {}, run = {}, ...more } = options
  const step = piece('step_1', '@x/piece-test', 'act', input)
  const pieces = { '@x/piece-test': async () => pieceWith(act, more) }
  return runOnce([step, code('step_2', 'return "after"')], { n: 1 }, { apiUrl: api.url, ...run, pieces })
}

it('waits for what came before, unless the piece declares that the action acts on nothing outside', async () => {
  const flow = [code('step_1', ''), piece('step_2', '@x/piece-test', 'act')]
  const pieces = { '@x/piece-test': async () => pieceWith(() => 1) }
  expect((await runOnce(flow, {}, { pieces })).flushes).toEqual([2])
  const steering = { '@x/piece-test': ['act'] }
  expect((await runOnce(flow, {}, { pieces, steering })).flushes).toEqual([])
})

it('hands actions a store whose keys belong to the flow or to the project', async () => {
  const { log } = await runPiece(async ({ store }) => {
    await store.put('k', { a: 1 })
    await store.put('k', 2, 'COLLECTION')
    const found = [await store.get('k'), await store.get('k', 'COLLECTION'), await store.get('missing')]
    await store.delete('k')
    return [...found, await store.get('k')]
  })
  expect(log.executionState.steps.step_1?.output).toEqual([{ a: 1 }, 2, null, null])
  expect([...api.store]).toEqual([['k', 2]])
  expect(api.calls[0]?.body).toContain('"flow_flow0000000000000001/k"')
  expect(api.calls[0]?.authorization).toBe('Bearer engine-token')
})

it('fails the step on a bad key or value, and the run when the API is gone', async () => {
  const put = (key: string, value: unknown) => runPiece(({ store }) => store.put(key, value))
  expect((await put('', 1)).result.failedStep?.message).toContain('StorageInvalidKeyError')
  expect((await put('k'.repeat(129), 1)).result.failedStep?.message).toContain('StorageInvalidKeyError')
  expect((await put('k', 'x'.repeat(600_000))).result.failedStep?.message).toContain('StorageLimitError')
  const { result } = await runPiece(({ store }) => store.put('k', 1), { run: { apiUrl: 'http://127.0.0.1:9/api/' } })
  expect(result).toMatchObject({ status: 'INTERNAL_ERROR', error: expect.stringContaining('FetchError') })
})

it('asks an API again that is away for a moment', async () => {
  api.away.calls = 3
  const { log } = await runPiece(({ store }) => store.put('back', 1))
  expect(log.executionState.steps.step_1?.output).toEqual(1)
  expect(api.away.calls).toBe(0)
  expect(api.store.get('flow_flow0000000000000001/back')).toBe(1)
})

it('hands actions files, tags, connections, the project and its flows', async () => {
  api.connections.key = { value: { type: 'SECRET_TEXT', secret_text: 's3cret' } }
  const { log, result } = await runPiece(async ({ files, tags, connections, project, flows, server, step, run }) => {
    await tags.add({ name: 'mine' })
    await tags.add({ name: 'mine' })
    return {
      file: await files.write({ fileName: 'a.txt', data: Buffer.from('content of a') }),
      secret: (await connections.get('key')).secret_text,
      length: (await connections.get('key')).secret_text.length,
      missing: await connections.get('nowhere'),
      externalId: await project.externalId(),
      listed: await flows.list({ externalIds: ['a', 'b'] }),
      current: flows.current.id,
      server: [server.apiUrl === api.url, server.publicUrl],
      names: [step.name, run.id],
    }
  })
  expect(log.executionState.steps.step_1?.output).toEqual({
    file: 'https://flows.example.com/file',
    secret: '**REDACTED**',
    length: 6,
    missing: null,
    externalId: 'outside',
    listed: { data: ['?externalIds=a%2Cb'], next: null, previous: null },
    current: 'flow0000000000000001',
    server: [true, 'https://flows.example.com/api/'],
    names: ['step_1', 'run00000000000000001'],
  })
  expect(result.tags).toEqual(['mine', 'connection:key'])
  expect(log.executionState.tags).toEqual(['mine', 'connection:key'])
  expect(api.calls.find(({ call }) => call.includes('step-files'))?.body).toContain('content of a')
})

it('answers null for a connection that is not there, and fails for one that is broken', async () => {
  api.connections.broken = { status: 'ERROR', value: {} }
  const { log, result } = await runPiece(({ connections }) => connections.get('nowhere'))
  expect(log.executionState.steps.step_1?.output).toBeNull()
  expect(result.tags).toEqual([])
  const broken = await runPiece(({ connections }) => connections.get('broken'))
  expect(broken.result.failedStep?.message).toContain('ConnectionExpired')
})

it('gives each context version its own shape of connection, and logs none of it', async () => {
  api.connections.custom = { value: { type: 'CUSTOM_AUTH', props: { port: '8080', host: 'h' } } }
  api.connections.secret = { value: { type: 'SECRET_TEXT', secret_text: 's3cret' } }
  const custom = {
    type: 'CUSTOM_AUTH',
    props: { port: { type: 'NUMBER', required: true }, host: { type: 'SHORT_TEXT' } },
  }
  const seen = async (externalId: string, version: string) => {
    const given: unknown[] = []
    const act = ({ auth }: Context) => {
      given.push(auth)
      return { auth }
    }
    const { log } = await runPiece(act, {
      auth: version === '' ? custom : [custom, { type: 'SECRET_TEXT' }],
      version,
      input: { auth: `{{connections['${externalId}']}}` },
    })
    expect(log.executionState.steps.step_1?.input).toEqual({ auth: '**REDACTED**' })
    expect(JSON.stringify(log)).not.toContain('s3cret')
    return { auth: given[0] }
  }
  expect(await seen('custom', '2')).toEqual({ auth: { type: 'CUSTOM_AUTH', props: { port: 8080, host: 'h' } } })
  expect(await seen('custom', '')).toEqual({ auth: { port: 8080, host: 'h' } })
  expect(await seen('secret', '1')).toEqual({ auth: { type: 'SECRET_TEXT', secret_text: 's3cret' } })
  expect(await seen('secret', '')).toEqual({ auth: 's3cret' })
})

it('fails a step whose connection is missing or broken', async () => {
  api.connections.broken = { status: 'ERROR', value: {} }
  const message = async (id: string) =>
    (await runPiece(() => 1, { input: { auth: `{{connections.${id}}}` } })).result.failedStep?.message
  expect(await message('nowhere')).toContain('ConnectionNotFound')
  expect(await message('broken')).toContain('ConnectionExpired')
})

it('refuses wrong properties with everything that is wrong', async () => {
  const props = {
    n: { type: 'NUMBER', required: true },
    when: { type: 'DATE_TIME', required: true },
    ok: { type: 'SHORT_TEXT' },
  }
  const { result } = await runPiece(() => 1, { props, input: { n: 'many', ok: 'fine' } })
  expect(Object.keys(JSON.parse(result.failedStep?.message ?? '{}'))).toEqual(['n', 'when'])
})

it('ends well when an action stops the run, and answers only a caller who called that piece', async () => {
  const stop = ({ run }: Context) => run.stop({ response: { status: 201, body: { a: 1 } } })
  const waiting = { callerWaits: true }
  const same = await runPiece(stop, { run: { trigger: webhookTrigger('@x/piece-test'), operation: waiting } })
  expect(same.result.status).toBe('SUCCEEDED')
  expect(same.log.executionState.steps.step_2).toBeUndefined()
  expect(same.responses).toEqual([{ status: 201, body: { a: 1 }, headers: {} }])
  expect((await runPiece(stop, { run: { operation: waiting } })).responses).toEqual([])
  expect((await runPiece(stop, { run: { trigger: webhookTrigger('@x/piece-test') } })).responses).toEqual([])
})

it('answers and goes on', async () => {
  const { responses, log } = await runPiece(({ run }) => run.respond({ response: {} }), {
    run: { trigger: webhookTrigger('@x/piece-test'), operation: { callerWaits: true } },
  })
  expect(responses).toEqual([{ status: 200, body: {}, headers: {} }])
  expect(log.executionState.steps.step_2?.output).toBe('after')
})

it('pauses at a waitpoint inside a loop, and goes on from there with what the call brought', async () => {
  const waiting: (context: Context) => unknown = async ({ executionType, resumePayload, run }) => {
    if (executionType === 'RESUME') return resumePayload.body
    const waitpoint = await run.createWaitpoint({ type: 'WEBHOOK', responseToSend: { body: 'wait' } })
    run.waitForWaitpoint(waitpoint.id)
    return waitpoint.buildResumeUrl({ queryParams: { a: 'b c' }, sync: true })
  }
  const flow = [loop('step_1', '{{[1, 2]}}', [piece('step_2', '@x/piece-test', 'act')]), code('step_3', 'return 3')]
  const options = {
    apiUrl: api.url,
    trigger: webhookTrigger('@x/piece-test'),
    pieces: { '@x/piece-test': async () => pieceWith(waiting) },
  }
  const paused = await runOnce(flow, {}, { ...options, operation: { callerWaits: true } })
  expect(paused.result.status).toBe('PAUSED')
  expect(paused.responses).toEqual([{ status: 200, body: 'wait', headers: {} }])
  expect(JSON.parse(api.calls[0]?.body ?? '')).toMatchObject({
    flowRunId: 'run00000000000000001',
    stepName: 'step_2',
    type: 'WEBHOOK',
    version: 'V1',
  })
  const url = 'https://flows.example.com/api/v1/flow-runs/r/waitpoints/wp/sync?a=b+c'
  expect(paused.log.executionState.steps.step_1?.output).toMatchObject({
    iterations: [{ step_2: { status: 'PAUSED', output: url } }],
  })

  const resumePayload = (body: unknown) => JSON.stringify({ body, headers: {}, queryParams: {} })
  const resume = (journal: typeof paused.entries, body: unknown) =>
    runOnce(
      flow,
      {},
      { ...options, operation: { executionType: 'RESUME', journal, resumePayload: resumePayload(body) } },
    )
  const second = await resume(paused.entries, 'first')
  expect(second.result.status).toBe('PAUSED')
  const third = await resume([...paused.entries, ...second.entries], 'second')
  expect(third.result.status).toBe('SUCCEEDED')
  expect(third.log.executionState.steps.step_1?.output).toMatchObject({
    iterations: [{ step_2: { status: 'SUCCEEDED', output: 'first' } }, { step_2: { output: 'second' } }],
  })

  const begun = await runOnce(flow, {}, { ...options, operation: { journal: paused.entries } })
  expect(begun.result).toMatchObject({ status: 'INTERNAL_ERROR', error: expect.stringContaining('can be resumed') })
})

it('serves the older ways to pause', async () => {
  const { result, log } = await runPiece(
    ({ run, generateResumeUrl }) => {
      run.pause({ pauseMetadata: { type: 'DELAY', resumeDateTime: '2026-01-01T00:00:00Z' } })
      return generateResumeUrl({ queryParams: { q: '1' } })
    },
    { version: '1' },
  )
  expect(result.status).toBe('PAUSED')
  expect(JSON.parse(api.calls[0]?.body ?? '')).toMatchObject({
    type: 'DELAY',
    version: 'V0',
    resumeDateTime: '2026-01-01T00:00:00Z',
  })
  expect(log.executionState.steps.step_1?.output).toMatch(
    /^https:\/\/flows\.example\.com\/api\/v1\/flow-runs\/run00000000000000001\/requests\/\w{21}\?q=1$/,
  )
})

it('does not pause for longer than is allowed', async () => {
  const resumeDateTime = new Date(Date.now() + 31 * 24 * 3600 * 1000).toISOString()
  const { result } = await runPiece(({ run }) => run.createWaitpoint({ type: 'DELAY', resumeDateTime }))
  expect(result.failedStep?.message).toContain('PausedFlowTimeoutError')
})

it('hands actions copies: what they change, later steps do not see', async () => {
  const { log } = await runOnce(
    [
      piece('step_1', '@x/piece-test', 'act', { list: '{{trigger.body.list}}' }),
      code('step_2', 'return i.list', { list: '{{trigger.body.list}}' }),
    ],
    { list: [1] },
    { pieces: { '@x/piece-test': async () => pieceWith(({ propsValue }) => propsValue.list.push(2)) } },
  )
  expect(log.executionState.steps.step_2?.output).toEqual([1])
})

it('shows what a step brings forth while it runs', async () => {
  const { progress } = await runPiece(({ output }) => output.update({ data: { half: true } }))
  expect(progress).toEqual(['{"half":true}'])
})

it('tests one step alone over sample data, by its test where it has one', async () => {
  const tested: Piece = {
    ...pieceWith(() => 0),
    getAction: () => ({
      name: 'act',
      props: {},
      run: () => 'ran',
      test: (context: Context) => ['tested', context.propsValue],
    }),
  }
  const steps = [
    code('step_1', 'throw new Error("must not run")'),
    loop('step_2', '{{step_1.list}}', [
      { ...piece('step_3', '@x/piece-test', 'act', { item: '{{step_2.item}}', all: '{{step_1}}' }), skip: true },
    ]),
  ]
  const sampleData = { step_1: '{"list":["a","b"]}' }
  const options = { pieces: { '@x/piece-test': async () => tested } }
  const piecely = await runOnce(steps, {}, { ...options, operation: { test: { stepName: 'step_3', sampleData } } })
  expect(piecely.result.status).toBe('SUCCEEDED')
  expect(piecely.log.executionState.steps).toMatchObject({
    step_3: { output: ['tested', { item: 'a', all: { list: ['a', 'b'] } }] },
  })
  expect(Object.keys(piecely.log.executionState.steps)).toEqual(['step_3'])
  const looped = await runOnce(steps, {}, { ...options, operation: { test: { stepName: 'step_2', sampleData } } })
  expect(looped.log.executionState.steps.step_2?.output).toEqual({ item: 'a', index: 1, iterations: [] })
})
