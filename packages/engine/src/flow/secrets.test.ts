import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Piece } from '../contract.ts'
import { createEngine } from '../engine.ts'
import { startTestApi, type TestApi } from '../testing/api.ts'
import {
  BOTH_MODES,
  code,
  configOf,
  loop,
  operationOf,
  piece,
  prepare,
  type RunOutcome,
  rawCode,
  run,
  runOnce,
  versionOf,
} from '../testing/harness.ts'

const SECRET = 'sk-SUPERSECRET-0123456789'
const PASSWORD = 'pass/word+1'

let api: TestApi
let folder: string
beforeAll(async () => {
  api = await startTestApi()
  folder = await mkdtemp(join(tmpdir(), 'secrets-'))
  api.connections.key = { value: { type: 'SECRET_TEXT', secret_text: SECRET } }
  api.connections.basic = { value: { type: 'BASIC_AUTH', username: 'ada', password: PASSWORD } }
  api.connections.short = { value: { type: 'SECRET_TEXT', secret_text: 'o' } }
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true })
})

/** Everything that left the engine on the way to a disk or to people. */
const said = ({ result, entries, progress }: RunOutcome): string => JSON.stringify([result, entries, progress])

describe.each(BOTH_MODES)('secrets of connections, %s', (mode) => {
  const runHere = (...[actions, body, options]: Parameters<typeof runOnce>) =>
    runOnce(actions, body, { mode, apiUrl: api.url, ...options })

  it('are masked in what the code of a tested step prints, which runs of whole flows do not keep', async () => {
    const input = { key: '{{connections.key.secret_text}}' }
    const steps = [
      code('step_1', 'console.log("uses", i.key); console.warn("careful"); return 1', input),
      code('step_2', 'console.log("x".repeat(20_000)); console.log("more"); throw new Error("no luck")'),
    ]
    const test = (stepName: string) => runHere(steps, {}, { operation: { test: { stepName, sampleData: {} } } })
    const good = await test('step_1')
    const printed = ({ log }: RunOutcome, name: string) => log.executionState.steps[name]?.standardOutput
    expect(printed(good, 'step_1')).toMatch(/^uses \S+\ncareful\n$/)
    expect(said(good)).not.toContain(SECRET)
    expect(printed(await test('step_2'), 'step_2')).toMatch(/^x{16384}$/)
    const whole = await runHere(steps)
    expect([printed(whole, 'step_1'), printed(whole, 'step_2')]).toEqual([undefined, undefined])
  })

  it('are masked in outputs, inputs, loops and errors, and are real for the steps that follow', async () => {
    const outcome = await runHere([
      code(
        'step_1',
        'return { plain: i.key, url: "https://a.example/?k=" + encodeURIComponent(i.password), list: [i.key] }',
        {
          key: '{{connections.key.secret_text}}',
          password: "{{connections['basic'].password}}",
        },
      ),
      loop('step_2', '{{step_1.list}}', [
        code('step_3', 'return { length: i.item.length, again: "<" + i.item + ">" }', { item: '{{step_2.item}}' }),
      ]),
      code('step_4', 'throw new Error("refused: Bearer " + i.key + " " + btoa("ada:" + i.password))', {
        key: '{{step_1.plain}}',
        password: "{{connections['basic'].password}}",
      }),
    ])
    const text = said(outcome)
    expect(text).not.toContain('SUPERSECRET')
    expect(text).not.toContain(Buffer.from(`ada:${PASSWORD}`).toString('base64').slice(2, -4))
    expect(text).not.toContain(encodeURIComponent(PASSWORD))
    const { steps } = outcome.log.executionState
    expect(steps.step_1?.output).toEqual({
      plain: '**REDACTED**',
      url: 'https://a.example/?k=**REDACTED**',
      list: ['**REDACTED**'],
    })
    expect(steps.step_2?.output).toMatchObject({
      item: '**REDACTED**',
      iterations: [{ step_3: { output: { length: SECRET.length, again: '<**REDACTED**>' } } }],
    })
    expect(steps.step_4?.input).toEqual({ key: '**REDACTED**', password: '**REDACTED**' })
    expect(outcome.result.failedStep?.message).toContain('refused: Bearer **REDACTED** **REDACTED**')
  })

  it('are masked in what code printed', async () => {
    const { result } = await runHere([
      code('step_1', 'console.log("key", i.key, { deep: { key: i.key } }); throw new Error("bad")', {
        key: '{{connections.key.secret_text}}',
      }),
    ])
    expect(result.failedStep?.message).toMatch(/bad.*Output of the code:\nkey \*\*REDACTED\*\*/s)
    expect(result.failedStep?.message).not.toContain('SUPERSECRET')
  })

  it('that are too short mask nothing but the input that reads them', async () => {
    const { log } = await runHere([
      code('step_1', 'return "food for " + i.key', { key: '{{connections.short.secret_text}}' }),
    ])
    expect(log.executionState.steps.step_1).toMatchObject({ input: { key: '**REDACTED**' }, output: 'food for o' })
  })

  it('are real again when the run goes on after a crash or a pause, and still masked', async () => {
    const config = configOf({ executionMode: mode, internalApiUrl: api.url })
    const engine = createEngine({ config })
    const large = '"x".repeat(40_000)'
    const prepared = await prepare(
      folder,
      versionOf([
        code('step_1', `return { key: i.key, large: ${large} }`, { key: '{{connections.key.secret_text}}' }),
        // It fails the first time only.
        rawCode(
          'step_2',
          'exports.code = (i) => { if (i.n !== undefined) return [i.key.length, "(" + i.key + ")"]; throw new Error(i.key) }',
          {
            key: '{{step_1.key}}',
            n: '{{trigger.body.n}}',
          },
        ),
      ]),
    )
    const first = await run(engine, operationOf(prepared, { triggerPayload: '{"body":{"n":1}}' }))
    expect(first.result.status).toBe('SUCCEEDED')
    const slice = first.entries.find(({ stepName }) => stepName === 'step_1')?.slice
    expect(slice?.data).toContain('**REDACTED**')
    const asked = api.calls.length
    // As the server gives it back: outputs that lay apart are in place again.
    const journal = first.entries
      .filter(({ stepName }) => stepName !== 'step_2')
      .map((entry) => ({
        ...entry,
        ...(entry.slice === undefined
          ? {}
          : { output: JSON.stringify({ ...JSON.parse(entry.output), output: JSON.parse(entry.slice.data ?? '') }) }),
      }))
    const again = await run(engine, operationOf(prepared, { journal, triggerPayload: '{"body":{"n":1}}' }))
    expect(again.log.executionState.steps.step_2?.output).toEqual([SECRET.length, '(**REDACTED**)'])
    expect(said(again)).not.toContain('SUPERSECRET')
    // The connection itself was not needed again.
    expect(api.calls.slice(asked).filter(({ call }) => call.includes('app-connections'))).toEqual([])
  })
})

it('the error of an HTTP client is cut to what helps', async () => {
  const server = createServer((_, response) =>
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"no"}'),
  )
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const client: Piece = {
    displayName: 'Client',
    getAction: (name) => ({
      name,
      props: {},
      async run(context) {
        const { auth } = context as { auth: { secret_text: string } }
        const config = { headers: { Authorization: `Bearer ${auth.secret_text}` } }
        const response = await fetch(`http://127.0.0.1:${port}`, config)
        const answer = { status: response.status, data: await response.json(), config, request: server }
        throw Object.assign(new Error('Request failed with status code 401'), {
          config,
          response: answer,
          request: server,
        })
      },
    }),
    getTrigger: () => undefined,
    metadata: () => ({}),
    getContextInfo: () => ({ version: '2' }),
  }
  const outcome = await runOnce(
    [piece('step_1', '@x/client', 'ask', { auth: "{{connections['key']}}" })],
    {},
    {
      apiUrl: api.url,
      pieces: { '@x/client': async () => client },
    },
  )
  server.close()
  expect(outcome.result.failedStep?.message).toBe(
    'Error: Request failed with status code 401\nresponse: {"error":"no"}',
  )
})

it("masks the engine's own token", async () => {
  const teller: Piece = {
    displayName: 'Teller',
    getAction: (name) => ({ name, props: {}, run: async (context) => Reflect.get(Object(context), 'server') }),
    getTrigger: () => undefined,
    metadata: () => ({}),
  }
  const outcome = await runOnce(
    [piece('step_1', '@x/teller', 'tell')],
    {},
    {
      apiUrl: api.url,
      pieces: { '@x/teller': async () => teller },
    },
  )
  expect(outcome.log.executionState.steps.step_1?.output).toMatchObject({ token: '**REDACTED**' })
  expect(said(outcome)).not.toContain('"engine-token"')
})
