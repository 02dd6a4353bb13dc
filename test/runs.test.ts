// Over 400 lines: one table of odd code steps, run in every sandbox mode against the same servers.
import type { FlowRun } from '@piecework/model/run/run'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, code, loop, piece, respond, router, signIn, until } from './support/client.ts'
import { http } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

// Long enough for a loaded machine to fill the memory of a sandbox.
const FLOW_TIMEOUT_SECONDS = 8
const ISOLATED = 'SANDBOX_CODE_ONLY'
const KB = 1024

describe.each(['UNSANDBOXED', ISOLATED] as const)('runs in %s', (mode) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: ServerProcess
  let client: Client
  beforeAll(async () => {
    folder = await temporaryFolder()
    server = await startServer(folder.path, {
      AP_EXECUTION_MODE: mode,
      AP_FLOW_TIMEOUT_SECONDS: String(FLOW_TIMEOUT_SECONDS),
      AP_SANDBOX_MEMORY_LIMIT: String(200 * KB),
      AP_MAX_FLOW_RUN_LOG_SIZE_MB: '2',
      AP_WORKER_CONCURRENCY: '3',
      AP_JWT_SECRET: 'a-secret-of-the-server-that-no-flow-may-see',
      SOME_SECRET_OF_THE_MACHINE: 'hidden',
    })
    client = await signIn(server.base)
  })
  afterAll(async () => {
    await server?.stop()
    await folder?.remove()
  })

  /** The run of one call of a flow of these steps, once it is over. */
  const run = async (steps: object[], body: unknown = {}): Promise<FlowRun> => {
    const flowId = await client.liveFlow(steps)
    expect((await http(`${server.base}/v1/webhooks/${flowId}`, { json: body })).status).toBe(200)
    return until(async () => {
      const [last] = (await client.runs({ flowId: [flowId] })).data
      return last && isTerminal(last.status) && client.run(last.id)
    })
  }
  const runCode = (source: string, input: Record<string, unknown> = {}) => run([code('step_1', source, input)])
  const outputOf = async (source: string) => {
    const { status, steps, failedStep } = await runCode(`export const code = async () => { ${source} }`)
    expect(status, failedStep?.message).toBe('SUCCEEDED')
    return steps?.step_1?.output
  }

  describe('code that goes wrong ends its run in the right status, with a message that its author understands', () => {
    const wrong: [what: string, source: string, status: string, message: RegExp][] = [
      [
        'does not compile',
        'export const code = async () => { return 1 +* 2 }',
        'FAILED',
        /Compilation Error[\s\S]*Unexpected "\*"/,
      ],
      ['exports no code', 'export const other = 1', 'FAILED', /must export a function named `code`/],
      ['exports a value', 'export const code = 7', 'FAILED', /must export a function named `code`/],
      ['is blank', ' ', 'FAILED', /must export a function named `code`/],
      ['throws at its start', 'throw new Error("at load")\nexport const code = async () => 1', 'FAILED', /at load/],
      [
        'never ends',
        'export const code = async () => { while (true) {} }',
        'TIMEOUT',
        new RegExp(`within ${FLOW_TIMEOUT_SECONDS} seconds`),
      ],
      [
        'never ends in promises',
        'export const code = async () => { for (;;) await null }',
        'TIMEOUT',
        new RegExp(`within ${FLOW_TIMEOUT_SECONDS} seconds`),
      ],
      [
        'waits for too long',
        'export const code = () => new Promise((done) => setTimeout(done, 60_000))',
        'TIMEOUT',
        new RegExp(`within ${FLOW_TIMEOUT_SECONDS} seconds`),
      ],
      [
        'throws an error',
        'export const code = async () => { throw new TypeError("boom 42") }',
        'FAILED',
        /TypeError: boom 42/,
      ],
      [
        'throws without a promise',
        'export const code = () => { throw new Error("plain boom") }',
        'FAILED',
        /plain boom/,
      ],
      ['throws a text', 'export const code = async () => { throw "only text" }', 'FAILED', /only text/],
      ['throws nothing', 'export const code = async () => { throw undefined }', 'FAILED', /undefined/],
      ['throws null', 'export const code = async () => { throw null }', 'FAILED', /null/],
      [
        'throws an object',
        'export const code = async () => { throw { reason: "of its own" } }',
        'FAILED',
        /of its own/,
      ],
      [
        'throws an error with JSON',
        'export const code = async () => { throw new Error(JSON.stringify({ a: [1] })) }',
        'FAILED',
        /\{\n {2}"a": \[\n {4}1/,
      ],
      [
        'throws what cannot be shown',
        'export const code = async () => { throw { get message() { throw 1 }, toJSON() { throw 2 } } }',
        'FAILED',
        /./,
      ],
      ['rejects', 'export const code = () => Promise.reject(new Error("rejected"))', 'FAILED', /rejected/],
      ['rejects with nothing', 'export const code = () => Promise.reject()', 'FAILED', /undefined/],
      [
        'reads what is not there',
        'export const code = async (inputs) => inputs.a.b',
        'FAILED',
        /Cannot read properties of undefined/,
      ],
      [
        'recurses forever',
        'const again = () => again() + 1\nexport const code = async () => again()',
        'FAILED',
        /Maximum call stack/,
      ],
      [
        'returns a circle',
        'export const code = async () => { const a = {}; a.a = a; return a }',
        'FAILED',
        /circular/i,
      ],
      ['returns a BigInt', 'export const code = async () => ({ n: 10n })', 'FAILED', /BigInt/],
      ['ends the process', 'export const code = async () => { process.exit(0) }', 'FAILED', /process/],
      [
        'ends the process later',
        'export const code = async () => { setTimeout(() => process.exit(3), 5); await new Promise((done) => setTimeout(done, 100)) }',
        'FAILED',
        /process/,
      ],
      ['aborts the process', 'export const code = async () => { process.abort() }', 'FAILED', /process/],
      [
        'kills the process',
        'export const code = async () => { process.kill(process.pid, "SIGKILL") }',
        'FAILED',
        /process/,
      ],
      [
        'throws later',
        'export const code = async () => { setTimeout(() => { throw new Error("late") }, 5); await new Promise((done) => setTimeout(done, 200)) }',
        'FAILED',
        /late/,
      ],
      [
        'prints before it fails',
        'export const code = async () => { console.log("last words"); throw new Error("died") }',
        'FAILED',
        /died[\s\S]*last words/,
      ],
      [
        'exhausts memory with objects',
        'export const code = async () => { const all = []; for (;;) all.push(new Array(1000).fill(Math.random())) }',
        'MEMORY_LIMIT_EXCEEDED',
        /memory/,
      ],
      [
        'exhausts memory with buffers',
        'export const code = async () => { const all = []; for (;;) { all.push(new Uint8Array(10_000_000).fill(1)); await new Promise((done) => setTimeout(done, 5)) } }',
        'MEMORY_LIMIT_EXCEEDED',
        /memory/,
      ],
    ]

    test.concurrent.each(wrong)('%s', async (_, source, status, message) => {
      const ended = await run([
        code('step_0', 'export const code = async () => "before"'),
        code('step_1', source),
        code('step_2', 'export const code = async () => 2'),
      ])
      expect(ended.failedStep?.message).toMatch(message)
      expect(ended).toMatchObject({
        status,
        failedStep: { name: 'step_1', displayName: 'step_1' },
        finishTime: expect.any(String),
        steps: { trigger: { status: 'SUCCEEDED' }, step_0: { output: 'before' }, step_1: { status: 'FAILED' } },
      })
      expect(String(ended.steps?.step_1?.errorMessage)).toMatch(message)
      expect(ended.steps).not.toHaveProperty('step_2')
    })

    test('the next runs are fine', async () => {
      expect(await outputOf('return "fine"')).toBe('fine')
      expect((await client.api.health.check()).status).toBeDefined()
    })

    test('names the step in a loop or a router', async () => {
      const hang = code('step_9', 'export const code = () => new Promise((done) => setTimeout(done, 60_000))')
      const [inLoop, inRouter, inBoth] = await Promise.all([
        run([loop('step_1', '{{[1, 2]}}', [code('step_2', 'export const code = async () => 1'), hang])]),
        run([router('step_1', [{ steps: [hang] }]), code('step_3', 'export const code = async () => 3')]),
        run([loop('step_1', '{{[1, 2]}}', [router('step_2', [{ steps: [hang] }])])]),
      ])
      const ended = { status: 'TIMEOUT', failedStep: { name: 'step_9' } }
      expect(inLoop).toMatchObject(ended)
      expect(inLoop.steps).toMatchObject({
        step_1: { output: { index: 1, iterations: [{ step_2: { output: 1 }, step_9: { status: 'FAILED' } }] } },
      })
      expect(inRouter).toMatchObject({ ...ended, steps: { step_9: { status: 'FAILED' } } })
      expect(inBoth).toMatchObject(ended)
    })
  })

  test('what code returns is what JSON makes of it', async () => {
    expect(await outputOf('')).toBeNull()
    expect(await outputOf('return undefined')).toBeNull()
    expect(await outputOf('return () => 1')).toBeNull()
    expect(await outputOf('return Symbol("x")')).toBeNull()
    expect(
      await outputOf('return { f() {}, u: undefined, d: new Date(0), n: NaN, m: new Map([[1, 2]]), l: [undefined] }'),
    ).toEqual({ d: '1970-01-01T00:00:00.000Z', n: null, m: {}, l: [null] })
    expect(await outputOf('return "\\u0000 \\ud800 ☃ </script>"')).toMatch(/☃ <\/script>$/)
    expect(await outputOf('return 0')).toBe(0)
    expect(await outputOf('return ""')).toBe('')
  })

  test('much printed text harms nothing', async () => {
    expect(await outputOf('for (let i = 0; i < 20_000; i++) console.log("line " + i, { i }); return "done"')).toBe(
      'done',
    )
  })

  test('code has TypeScript, timers and the inputs, which are its own copy', async () => {
    const source = `
      interface Input { list: number[] }
      export const code = async ({ list }: Input): Promise<number> => {
        list.push(4)
        await new Promise<void>((done) => setTimeout(done, 1))
        return list.reduce((sum: number, n) => sum + n, 0)
      }`
    const { steps } = await run(
      [
        code('step_1', source, { list: '{{trigger.body.list}}' }),
        code('step_2', 'export const code = async (i) => i.list', { list: '{{trigger.body.list}}' }),
      ],
      { list: [1, 2, 3] },
    )
    expect(steps).toMatchObject({ step_1: { output: 10, input: { list: [1, 2, 3] } }, step_2: { output: [1, 2, 3] } })
  })

  test('code sees nothing of the server', async () => {
    const look = `
      const env = typeof process === 'undefined' ? {} : process.env
      const files = []
      try { files.push(...Object.keys(require('node:process').env)) } catch {}
      return { env: JSON.stringify(env), names: [...Object.keys(env), ...files] }`
    const { env, names } = (await outputOf(look)) as { env: string; names: string[] }
    expect(env).not.toMatch(/hidden|no-flow-may-see/)
    expect(names.filter((name) => /^(AP_|SOME_SECRET|npm_)/.test(name))).toEqual([])
    const inExpression = await run([
      code('step_1', 'export const code = async (i) => i.env', {
        env: '{{typeof process === "undefined" ? "" : JSON.stringify(process.env)}}',
      }),
    ])
    expect(inExpression.steps?.step_1?.output).not.toMatch(/hidden|no-flow-may-see/)
  })

  if (mode === ISOLATED)
    test('isolated code has no modules, no process, no network and no memory of other runs', async () => {
      expect(await outputOf('return [typeof process, typeof fetch, typeof Buffer, typeof XMLHttpRequest]')).toEqual([
        'undefined',
        'undefined',
        'undefined',
        'undefined',
      ])
      expect(
        (await runCode('export const code = async () => require("node:fs").readFileSync("/etc/passwd", "utf8")'))
          .failedStep?.message,
      ).toMatch(/Cannot load "node:fs"/)
      expect(
        (await runCode('export const code = async () => (await import("node:fs")).readFileSync("/etc/passwd", "utf8")'))
          .status,
      ).toBe('FAILED')
      expect(
        (
          await runCode(
            'export const code = async () => (0, eval)("this").constructor.constructor("return process")().env',
          )
        ).failedStep?.message,
      ).toMatch(/process is not defined/)
      const leave = 'globalThis.left = "here"; Array.prototype.left = "here"; JSON.parse = () => "mine"; return 1'
      const find = 'return [globalThis.left, [].left, JSON.parse("2")]'
      for (let i = 0; i < 4; i++) {
        expect(await outputOf(leave)).toBe(1)
        expect(await outputOf(find)).toEqual([null, null, 2])
      }
    })

  describe('what a run records', () => {
    test('every step with input, output, status and duration, also in loops and routers', async () => {
      const even = [[{ operator: 'BOOLEAN_IS_TRUE', firstValue: '{{step_2.item % 2 === 0}}' }]]
      const { status, steps, stepsCount, startTime, finishTime, tags } = await run(
        [
          loop('step_1', '{{trigger.body.rows}}', [
            loop('step_2', '{{step_1.item}}', [
              router('step_3', [
                {
                  conditions: even,
                  steps: [
                    code('step_4', 'export const code = async (i) => i.n * 10', {
                      n: '{{step_2.item}}',
                      at: '{{step_1.index}}.{{step_2.index}}',
                    }),
                  ],
                },
                { steps: [code('step_5', 'export const code = async () => "odd"')] },
              ]),
            ]),
          ]),
          piece('step_6', '@activepieces/piece-tags', '0.0.17', 'add_tag', { name: 'seen' }),
          code('step_7', 'export const code = async (i) => i.all.length', { all: '{{step_1.iterations}}' }),
        ],
        { rows: [[1, 2], [], [4]] },
      )
      expect({ status, tags, stepsCount }).toEqual({
        status: 'SUCCEEDED',
        tags: ['seen'],
        stepsCount: expect.any(Number),
      })
      expect(Date.parse(finishTime ?? '')).toBeGreaterThanOrEqual(Date.parse(startTime ?? ''))
      const inner = (index: number, name: string, output: unknown) => ({
        step_3: {
          type: 'ROUTER',
          status: 'SUCCEEDED',
          output: {
            branches: [
              { branchName: 'Branch 1', branchIndex: 1, evaluation: index % 2 === 0 },
              { branchName: 'Otherwise', branchIndex: 2, evaluation: index % 2 === 1 },
            ],
          },
        },
        [name]: { type: 'CODE', status: 'SUCCEEDED', output, duration: expect.any(Number) },
      })
      expect(steps).toMatchObject({
        trigger: {
          type: 'PIECE_TRIGGER',
          status: 'SUCCEEDED',
          input: {},
          output: { body: { rows: [[1, 2], [], [4]] } },
        },
        step_1: {
          type: 'LOOP_ON_ITEMS',
          status: 'SUCCEEDED',
          input: { items: [[1, 2], [], [4]] },
          duration: expect.any(Number),
          output: {
            index: 3,
            item: [4],
            iterations: [
              {
                step_2: {
                  output: { index: 2, item: 2, iterations: [inner(1, 'step_5', 'odd'), inner(2, 'step_4', 20)] },
                },
              },
              { step_2: { output: { index: 0, iterations: [] } } },
              { step_2: { output: { index: 1, item: 4, iterations: [inner(4, 'step_4', 40)] } } },
            ],
          },
        },
        step_6: { type: 'PIECE', output: { success: true }, input: { name: 'seen' } },
        step_7: { output: 3 },
      })
      expect(steps?.step_1?.output).toMatchObject({
        iterations: [{ step_2: { output: { iterations: [{}, { step_4: { input: { n: 2, at: '1.2' } } }] } } }, {}, {}],
      })
    })

    test('a step that may fail, and one in a loop that may not', async () => {
      const fail = 'export const code = async ({ n }) => { if (n === 2) throw new Error("no two"); return n }'
      const goesOn = { continueOnFailure: { value: true } }
      const tolerant = await run([
        loop('step_1', '{{[1, 2, 3]}}', [code('step_2', fail, { n: '{{step_1.item}}' }, goesOn)]),
        code('step_3', 'export const code = async () => 3'),
      ])
      expect(tolerant).toMatchObject({
        status: 'SUCCEEDED',
        failedStep: null,
        steps: {
          step_1: {
            output: {
              iterations: [
                { step_2: { output: 1 } },
                { step_2: { status: 'FAILED', errorMessage: expect.stringContaining('no two') } },
                { step_2: { output: 3 } },
              ],
            },
          },
          step_3: { output: 3 },
        },
      })
      const strict = await run([
        loop('step_1', '{{[1, 2, 3]}}', [code('step_2', fail, { n: '{{step_1.item}}' })]),
        code('step_3', 'export const code = async () => 3'),
      ])
      expect(strict).toMatchObject({
        status: 'FAILED',
        failedStep: { name: 'step_2' },
        steps: {
          step_1: { status: 'SUCCEEDED', output: { index: 2, iterations: [{}, { step_2: { status: 'FAILED' } }] } },
        },
      })
      expect(strict.steps).not.toHaveProperty('step_3')
    })

    test('a loop over what is no list', async () => {
      const ended = await run([loop('step_1', '{{trigger.body.text}}', [])], { text: 'abc' })
      expect(ended).toMatchObject({
        status: 'FAILED',
        failedStep: { name: 'step_1', message: expect.stringContaining('The items you have selected must be a list.') },
      })
    })

    test('a piece that is given what it cannot use', async () => {
      const input = await run([
        piece('step_1', '@activepieces/piece-delay', '0.3.27', 'delayFor', { unit: 'seconds', delayFor: 'soon' }),
      ])
      expect(input).toMatchObject({
        status: 'FAILED',
        failedStep: { name: 'step_1', message: expect.stringContaining('Expected number') },
      })
    })

    test('connections are used and not shown', async () => {
      const externalId = `secret-${mode}`
      await client.api.appConnections.upsert({
        body: {
          externalId,
          displayName: 'Secret',
          pieceName: '@activepieces/piece-webhook',
          projectId: client.projectId,
          type: 'SECRET_TEXT',
          value: { type: 'SECRET_TEXT', secret_text: 'whisper' },
        },
      })
      const { steps, status } = await run([
        code('step_1', 'export const code = async (i) => [i.whole.secret_text.length, i.path.length, i.text.length]', {
          whole: `{{connections['${externalId}']}}`,
          path: `{{connections['${externalId}'].secret_text}}`,
          text: `Bearer {{connections['${externalId}'].secret_text}}`,
        }),
      ])
      expect(status).toBe('SUCCEEDED')
      expect(steps?.step_1).toMatchObject({
        output: [7, 7, 14],
        input: { whole: '**REDACTED**', path: '**REDACTED**', text: 'Bearer **REDACTED**' },
      })
      const unknown = await run([code('step_1', 'export const code = async () => 1', { c: "{{connections['none']}}" })])
      expect(unknown).toMatchObject({
        status: 'FAILED',
        failedStep: { name: 'step_1', message: expect.stringMatching(/none/) },
      })
    })

    test('long inputs cut, long outputs whole, and the steps see all of both', async () => {
      const { steps, status } = await run([
        code('step_1', 'export const code = async () => ({ text: "x".repeat(100_000), last: "end" })'),
        loop('step_2', '{{[1]}}', [
          code('step_3', 'export const code = async (i) => ({ n: i.text.length, again: i.text })', {
            text: '{{step_1.text}}',
            short: 'kept',
          }),
        ]),
      ])
      expect(status).toBe('SUCCEEDED')
      expect(steps?.step_1?.output).toEqual({ text: 'x'.repeat(100_000), last: 'end' })
      expect(steps).toMatchObject({
        step_2: {
          output: {
            iterations: [
              {
                step_3: {
                  input: { text: expect.stringMatching(/truncated/), short: 'kept' },
                  output: { n: 100_000, again: 'x'.repeat(100_000) },
                },
              },
            ],
          },
        },
      })
      expect(JSON.stringify(steps)).not.toContain('outputSlice')
    })

    test('a run whose log grows too large ends', async () => {
      const ended = await run([
        loop('step_1', '{{Array.from({ length: 50 }, (_, i) => i)}}', [
          code('step_2', 'export const code = async () => "y".repeat(100_000)'),
        ]),
        respond('step_3', {}),
      ])
      expect(ended).toMatchObject({
        status: 'LOG_SIZE_EXCEEDED',
        failedStep: { name: 'step_2', message: expect.stringContaining('maximum allowed size of 2 MB') },
      })
    })
  })
})
