import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Piece, PieceTriggerContract } from '../contract.ts'
import { createEngine } from '../engine.ts'
import type { EngineOperation, ExecuteTriggerHook, TriggerHook } from '../protocol.ts'
import { startTestApi, type TestApi } from '../testing/api.ts'
import { code, configOf, connectionsOf, prepare, runOnce, versionOf, webhookTrigger } from '../testing/harness.ts'
import { executeOperation } from './execute.ts'

// biome-ignore lint/suspicious/noExplicitAny: stands for all the contexts that pieces expect
type Context = any

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

const NAME = '@x/piece-test'
const pieceWith = (trigger: Partial<PieceTriggerContract>, more: Partial<Piece> = {}): Piece => ({
  displayName: 'Test',
  getAction: () => undefined,
  getTrigger: () => ({
    name: 'catch',
    type: 'WEBHOOK',
    props: {},
    run: ({ payload }: Context) => [payload.body],
    ...trigger,
  }),
  metadata: () => ({}),
  getContextInfo: () => ({ version: '2' }),
  ...more,
})
const idle = { journal() {}, flush: async () => undefined, respond() {}, progress() {} }
const execute = (operation: EngineOperation, piece: Piece) => {
  const engine = createEngine({ config: configOf({ internalApiUrl: api.url }), pieces: { [NAME]: async () => piece } })
  return executeOperation(operation, { ...idle, connection: connectionsOf(engine) }, engine)
}

async function callHook(hook: TriggerHook, piece: Piece, changes: Partial<ExecuteTriggerHook> = {}) {
  const prepared = await prepare('', versionOf([], webhookTrigger(NAME)), { [`${NAME}@1.0.0`]: { bundled: NAME } })
  const base = {
    projectId: 'p',
    platformId: 'p',
    engineToken: 't',
    flowId: 'f',
    payload: '{}',
    simulate: false,
    appWebhook: null,
  }
  return execute(
    { type: 'EXECUTE_TRIGGER_HOOK', ...base, hook, prepared, webhookUrl: 'https://hook', ...changes },
    piece,
  )
}

describe('trigger hooks', () => {
  it('enable: keeps listeners and the schedule, and store keys apart while simulating', async () => {
    const onEnable = async ({ app, setSchedule, store, webhookUrl }: Context) => {
      app.createListeners({ events: ['created'], identifierValue: 'team' })
      setSchedule({ cronExpression: '*/5 * * * *' })
      await store.put('url', webhookUrl)
    }
    const piece = pieceWith({ type: 'POLLING', onEnable })
    expect(await callHook('ON_ENABLE', piece, { simulate: true })).toMatchObject({
      status: 'OK',
      listeners: [{ events: ['created'], identifierValue: 'team' }],
      schedule: { cronExpression: '*/5 * * * *', timezone: 'UTC' },
    })
    expect(api.store.get('testflow_f/url')).toBe('https://hook')
    expect(await callHook('ON_ENABLE', pieceWith({ onEnable }))).toMatchObject({ schedule: null })
  })

  it('refuses a schedule that is none', async () => {
    const enable = (schedule: object) =>
      callHook(
        'ON_ENABLE',
        pieceWith({ type: 'POLLING', onEnable: ({ setSchedule }: Context) => setSchedule(schedule) }),
      )
    const wrong = [
      { cronExpression: 'often' },
      { cronExpression: '* * * * * *' },
      { cronExpression: '60 * * * *' },
      { cronExpression: '0 0 31 2 *' },
      { cronExpression: '* * * * *', timezone: 'Mars/Base' },
    ]
    for (const schedule of wrong)
      expect(await enable(schedule), schedule.cronExpression).toMatchObject({
        status: 'USER_FAILURE',
        error: expect.stringMatching(/InvalidCronExpressionError: The schedule .* cannot be used/),
      })
    expect(await enable({ cronExpression: '0/5 * * * *', timezone: 'Asia/Tokyo' })).toMatchObject({
      status: 'OK',
      schedule: { cronExpression: '0/5 * * * *', timezone: 'Asia/Tokyo' },
    })
  })

  it('run, test and handshake', async () => {
    const piece = pieceWith({
      test: () => [{ sample: 1 }],
      onHandshake: ({ payload }: Context) => ({ status: 200, body: payload.body.challenge }),
    })
    const payload = JSON.stringify({ body: { challenge: 'c' }, headers: {}, queryParams: {} })
    expect(await callHook('RUN', piece, { payload })).toMatchObject({ status: 'OK', output: ['{"challenge":"c"}'] })
    expect(await callHook('TEST', piece)).toMatchObject({ output: ['{"sample":1}'] })
    expect(await callHook('HANDSHAKE', piece, { payload })).toMatchObject({ response: { status: 200, body: 'c' } })
  })

  it('resolves the variables of the flow in the input of the trigger', async () => {
    const seen = ({ propsValue }: Context) => [propsValue.text]
    const property = { type: 'SHORT_TEXT', displayName: 'Text', required: false }
    const piece = pieceWith({ props: { text: property }, run: seen, test: seen })
    const graph = { description: '', variables: { by: { n: 7 } }, nodes: [], edges: [], steps: [], shape: '' }
    const version = { ...versionOf([], webhookTrigger(NAME, { text: 'by {{variables.by.n}}{{trigger.x}}' })), graph }
    const prepared = await prepare('', version, { [`${NAME}@1.0.0`]: { bundled: NAME } })
    expect(await callHook('RUN', piece, { prepared })).toMatchObject({ status: 'OK', output: ['"by 7"'] })
    expect(await callHook('TEST', piece, { prepared })).toMatchObject({ output: ['"by 7"'] })
  })

  it('believes an app webhook only when the piece does', async () => {
    const verify = ({ webhookSecret }: { webhookSecret: unknown }) => webhookSecret === 'right'
    const piece = pieceWith({ type: 'APP_WEBHOOK' }, { events: { verify } })
    const run = (secret: string) =>
      callHook('RUN', piece, { payload: '{"body":1}', appWebhook: { secret, url: 'https://app' } })
    expect(await run('right')).toMatchObject({ status: 'OK', output: ['1'] })
    expect(await run('wrong')).toMatchObject({ status: 'USER_FAILURE', error: expect.stringContaining('not verified') })
  })

  it('run inside a run where the trigger is part of it', async () => {
    const started: unknown[] = []
    const trigger = {
      run: ({ payload }: Context) => payload.body,
      onStart: ({ payload, run }: Context) => started.push([payload, run.id]),
    }
    const options = {
      trigger: webhookTrigger(NAME),
      pieces: { [NAME]: async () => pieceWith(trigger) },
      operation: { executeTrigger: true },
    }
    const steps = [code('step_1', 'return i.t', { t: '{{trigger.a}}' })]
    const { log } = await runOnce(steps, [{ a: 'first' }, { a: 'second' }], options)
    expect(log.executionState.steps.step_1?.output).toBe('first')
    expect(started).toEqual([[{ a: 'first' }, 'run00000000000000001']])
    const none = await runOnce(steps, [], options)
    expect(none.result).toMatchObject({ status: 'SUCCEEDED', noEvent: true, stepsCount: 0 })
    const wrong = await runOnce(steps, 'no list', options)
    expect(wrong.result).toMatchObject({ status: 'FAILED', failedStep: { name: 'trigger' } })
  })
})

describe('properties and connections', () => {
  const base = { projectId: 'p', platformId: 'p', engineToken: 't', piece: { bundled: NAME } }
  const property = (piece: Piece, input: Record<string, unknown> = {}) =>
    execute(
      {
        type: 'EXECUTE_PROPERTY',
        ...base,
        pieceName: NAME,
        pieceVersion: '1.0.0',
        actionOrTriggerName: 'catch',
        propertyName: 'p',
        input,
        sampleData: { step_1: '{"id":7}' },
        flowId: 'f',
        searchValue: 'find',
      },
      piece,
    )

  it('resolves options over sample data', async () => {
    const options = async (values: Context, context: Context) => ({
      options: [{ label: context.searchValue, value: values.id }],
    })
    const piece = pieceWith({ props: { p: { type: 'DROPDOWN', options } } })
    expect(await property(piece, { id: '{{step_1.id}}' })).toEqual({
      type: 'EXECUTE_PROPERTY',
      propertyType: 'DROPDOWN',
      options: { options: [{ label: 'find', value: 7 }] },
    })
  })

  it('shows a dropdown that failed as disabled', async () => {
    const piece = pieceWith({ props: { p: { type: 'DYNAMIC', props: () => Promise.reject(new Error('no')) } } })
    expect(await property(piece)).toMatchObject({ propertyType: 'DYNAMIC', options: { disabled: true, options: [] } })
  })

  it('asks the piece whether a connection is good', async () => {
    const auth = {
      type: 'SECRET_TEXT',
      validate: async (context: unknown) => ({
        valid: Reflect.get(Object(context), 'auth') === 's3cret',
        error: 'wrong',
      }),
    }
    const validate = (piece: Piece, value: Record<string, unknown>) =>
      execute({ type: 'EXECUTE_VALIDATE_AUTH', ...base, value }, piece)
    expect(await validate(pieceWith({}, { auth }), { type: 'SECRET_TEXT', secret_text: 's3cret' })).toMatchObject({
      valid: true,
    })
    expect(await validate(pieceWith({}, { auth }), { type: 'SECRET_TEXT', secret_text: 'x' })).toMatchObject({
      valid: false,
      error: 'wrong',
    })
    expect(await validate(pieceWith({}, { auth }), { type: 'BASIC_AUTH' })).toMatchObject({ valid: false })
    expect(await validate(pieceWith({}), { type: 'NO_AUTH' })).toMatchObject({ valid: true })
  })
})

describe('secrets', () => {
  const SECRET = 'trigger-secret-1'
  const trigger = webhookTrigger(NAME, { auth: "{{connections['t']}}" })
  const call = async (hook: TriggerHook, part: Partial<PieceTriggerContract>) => {
    api.connections.t = { value: { type: 'SECRET_TEXT', secret_text: SECRET } }
    const prepared = await prepare('', versionOf([], trigger), { [`${NAME}@1.0.0`]: { bundled: NAME } })
    return callHook(hook, pieceWith(part, { auth: { type: 'SECRET_TEXT' } }), { prepared })
  }
  const fail = async ({ auth }: Context) => {
    throw Object.assign(new Error('refused'), { response: { status: 401, data: `Bearer ${auth.secret_text}` } })
  }

  it('are masked in the errors of hooks and in the events of tests', async () => {
    for (const hook of ['ON_ENABLE', 'ON_DISABLE', 'RENEW', 'HANDSHAKE', 'TEST', 'RUN'] as const) {
      const failing = { onEnable: fail, onDisable: fail, onRenew: fail, onHandshake: fail, run: fail, test: fail }
      const result = await call(hook, failing)
      expect(result).toMatchObject({
        status: 'USER_FAILURE',
        error: 'Error: refused\nstatus: 401\nresponse: Bearer **REDACTED**',
      })
    }
    const test = async ({ auth }: Context) => [{ url: `https://a.example/${auth.secret_text}/x` }]
    expect(await call('TEST', { test })).toMatchObject({ output: ['{"url":"https://a.example/**REDACTED**/x"}'] })
    // Runs are made of these.
    expect(await call('RUN', { run: test })).toMatchObject({ output: [`{"url":"https://a.example/${SECRET}/x"}`] })
  })

  it('are masked in the answers of validators and in options', async () => {
    const auth = {
      type: 'SECRET_TEXT',
      validate: async (context: unknown) => ({ valid: false, error: `no: ${Reflect.get(Object(context), 'auth')}` }),
    }
    const base = { projectId: 'p', platformId: 'p', engineToken: 't', piece: { bundled: NAME } }
    const value = { type: 'SECRET_TEXT', secret_text: SECRET }
    expect(await execute({ type: 'EXECUTE_VALIDATE_AUTH', ...base, value }, pieceWith({}, { auth }))).toMatchObject({
      error: 'no: **REDACTED**',
    })
    const options = async (input: Context) => ({ options: [{ label: input.auth.secret_text, value: 1 }] })
    const props = { list: { type: 'DROPDOWN', options } }
    const asked = {
      ...{ pieceName: NAME, pieceVersion: '1.0.0', actionOrTriggerName: 'catch', propertyName: 'list' },
      ...{ input: { auth: "{{connections['t']}}" }, sampleData: {}, flowId: null, searchValue: null },
    }
    expect(await execute({ type: 'EXECUTE_PROPERTY', ...base, ...asked }, pieceWith({ props }))).toMatchObject({
      options: { options: [{ label: '**REDACTED**', value: 1 }] },
    })
  })
})
