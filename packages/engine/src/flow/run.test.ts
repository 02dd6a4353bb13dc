import { describe, expect, it } from 'vitest'
import { BOTH_MODES, code, loop, otherwise, piece, rawCode, router, runOnce, when } from '../testing/harness.ts'

const failing = (name: string, more = {}) => code(name, 'throw new Error("boom 42")', {}, more)

describe.each(BOTH_MODES)('a run, %s', (mode) => {
  it('runs a loop per item, nested ones too, and keeps every iteration', async () => {
    const inner = loop('step_2', '{{step_1.item}}', [
      code('step_3', 'return [i.outer, i.inner].join(".") + ":" + i.value', {
        outer: '{{step_1.index}}',
        inner: '{{step_2.index}}',
        value: '{{step_2.item}}',
      }),
    ])
    const { result, log } = await runOnce(
      [
        loop('step_1', '{{trigger.body}}', [inner]),
        code('step_4', 'return i.all', { all: '{{step_1.iterations.map((i) => i.step_2.output.iterations.length)}}' }),
      ],
      [['a', 'b'], [], ['c']],
      { mode },
    )
    expect(result.status).toBe('SUCCEEDED')
    const { steps } = log.executionState
    expect(steps.step_1?.output).toMatchObject({
      item: ['c'],
      index: 3,
      iterations: [
        { step_2: { output: { iterations: [{ step_3: { output: '1.1:a' } }, { step_3: { output: '1.2:b' } }] } } },
        { step_2: { output: { index: 0, iterations: [] } } },
        { step_2: { output: { iterations: [{ step_3: { output: '3.1:c' } }] } } },
      ],
    })
    expect(steps.step_4?.output).toEqual([2, 0, 1])
    // Three rounds of the outer loop, each with an inner loop; three inner steps; the last step; the loop itself.
    expect(result.stepsCount).toBe(8)
  })

  it('hands values on whole up to a bound of depth, and fails the step beyond it', async () => {
    const nest = 'let value = 1; for (let n = 0; n < i.n; n++) value = { a: value }; return value'
    const steps = [
      code('step_1', nest, { n: '{{trigger.body}}' }),
      code('step_2', 'return [i.all]', { all: '{{step_1}}' }),
    ]
    const whole = await runOnce(steps, 1400, { mode })
    expect(whole.result.status).toBe('SUCCEEDED')
    expect(JSON.stringify(whole.log.executionState.steps.step_2?.output)).toBe(
      `[${'{"a":'.repeat(1400)}1${'}'.repeat(1400)}]`,
    )
    for (const [n, step] of [
      [1500, 'step_2'],
      [2000, 'step_1'],
      [3000, 'step_1'],
      [100_000, 'step_1'],
    ] as const) {
      const { result } = await runOnce(steps, n, { mode })
      expect([n, result.status, result.failedStep]).toEqual([
        n,
        'FAILED',
        { name: step, displayName: `Step ${step}`, message: expect.stringMatching(/nests more than 1500 levels deep/) },
      ])
    }
  })

  it('fails a step whose result is longer than any text, and says so', async () => {
    const { result } = await runOnce([code('step_1', 'return new Array(1e9)')], {}, { mode })
    expect([result.status, result.failedStep]).toEqual([
      'FAILED',
      { name: 'step_1', displayName: 'Step step_1', message: expect.stringMatching(/result of the code is too large/) },
    ])
  })

  it('fails a loop over something that is no list', async () => {
    const { result, log } = await runOnce([loop('step_1', '{{trigger.body}}', [])], { a: 1 }, { mode })
    expect(result.status).toBe('FAILED')
    expect(result.failedStep).toMatchObject({ name: 'step_1', displayName: 'Step step_1' })
    expect(JSON.parse(String(log.executionState.steps.step_1?.errorMessage))).toEqual({
      message: 'The items you have selected must be a list.',
      received: 'an object: {"a":1}',
    })
  })

  it('takes the first matching branch, or all of them, or the fallback', async () => {
    const branches = (all: boolean) =>
      router(
        'step_1',
        [
          when('big', '{{trigger.body.n}}', 'NUMBER_IS_GREATER_THAN', '10', [code('step_2', 'return "big"')]),
          when('even', '{{trigger.body.n % 2}}', 'NUMBER_IS_EQUAL_TO', '0', [code('step_3', 'return "even"')]),
          otherwise([code('step_4', 'return "other"')]),
        ],
        all,
      )
    const taken = async (n: number, all: boolean) => {
      const { log } = await runOnce([branches(all)], { n }, { mode })
      return Object.keys(log.executionState.steps).slice(2)
    }
    expect(await taken(12, false)).toEqual(['step_2'])
    expect(await taken(12, true)).toEqual(['step_2', 'step_3'])
    expect(await taken(2, false)).toEqual(['step_3'])
    expect(await taken(1, true)).toEqual(['step_4'])
  })

  it('records what a router decided', async () => {
    const { log } = await runOnce(
      [router('step_1', [when('a', '{{trigger.body}}', 'EXISTS', '', []), otherwise([]), otherwise([])])],
      {},
      { mode },
    )
    expect(log.executionState.steps.step_1?.output).toEqual({
      branches: [
        { branchName: 'a', branchIndex: 1, evaluation: true },
        { branchName: 'Otherwise', branchIndex: 2, evaluation: false },
        { branchName: 'Otherwise', branchIndex: 3, evaluation: false },
      ],
    })
  })

  it('stops at a step that fails, inside a loop too, and says which', async () => {
    const { result, log } = await runOnce(
      [
        loop('step_1', '{{[1, 2, 3]}}', [
          code('step_2', 'if (i.n === 2) throw new Error("boom 42")', { n: '{{step_1.item}}' }),
        ]),
        code('step_3', 'return 1'),
      ],
      {},
      { mode },
    )
    expect(result.status).toBe('FAILED')
    expect(result.failedStep?.name).toBe('step_2')
    expect(result.failedStep?.message).toContain('boom 42')
    const { step_1, step_3 } = log.executionState.steps
    expect(step_1?.status).toBe('SUCCEEDED')
    expect(step_1?.output).toMatchObject({ iterations: [{}, { step_2: { status: 'FAILED' } }] })
    expect(step_3).toBeUndefined()
  })

  it('skips steps, and goes on after a failure where the step says so', async () => {
    const { result, log } = await runOnce(
      [
        { ...code('step_1', 'return 1'), skip: true },
        failing('step_2', { errorHandlingOptions: { continueOnFailure: { value: true } } }),
        code('step_3', 'return [i.a, i.b]', { a: '{{step_1}}', b: '{{step_2}}' }),
      ],
      {},
      { mode },
    )
    expect(result.status).toBe('SUCCEEDED')
    expect(result.failedStep).toBeNull()
    const { steps } = log.executionState
    expect(steps.step_1).toBeUndefined()
    expect(steps.step_2?.status).toBe('FAILED')
    expect(steps.step_3?.output).toEqual(['', ''])
  })

  it('tries four times, waiting longer each time', async () => {
    const waits: number[] = []
    const sleep = async (ms: number) => {
      waits.push(ms)
    }
    const retry = { errorHandlingOptions: { retryOnFailure: { value: true }, continueOnFailure: { value: true } } }
    const { result } = await runOnce([failing('step_1', retry)], {}, { mode, sleep })
    expect(waits).toEqual([4000, 8000, 16000])
    expect(result.status).toBe('SUCCEEDED')
  })

  it('shows a message that is JSON as such, and any other with its stack', async () => {
    const message = async (body: string) => {
      const { result } = await runOnce([code('step_1', body)], {}, { mode })
      return result.failedStep?.message ?? ''
    }
    expect(await message('throw new Error(JSON.stringify({ status: 404 }))')).toBe('{\n  "status": 404\n}')
    expect(await message('null.x')).toMatch(/^TypeError: .*\n\s+at .*code/s)
    expect(await message('throw "only text"')).toBe('only text')
    expect(await message('throw undefined')).toBe('undefined')
    expect(await message('throw { message: "like an error" }')).toContain('like an error')
    expect(await message('console.log("seen", { a: 1 }); throw new Error("bad")')).toMatch(
      /bad.*Output of the code:\nseen/s,
    )
  })

  it('hands code copies, and keeps only what JSON can hold of its result', async () => {
    const { log } = await runOnce(
      [
        code('step_1', 'i.list.push(99); return { when: new Date(0), nan: NaN, fn() {}, u: undefined }', {
          list: '{{trigger.body}}',
        }),
        code('step_2', 'return i', { list: '{{trigger.body}}', before: '{{step_1}}' }),
        code('step_3', ''),
      ],
      [1, 2],
      { mode },
    )
    const { steps } = log.executionState
    expect(steps.step_2?.output).toEqual({ list: [1, 2], before: { when: '1970-01-01T00:00:00.000Z', nan: null } })
    expect(steps.step_1?.input).toEqual({ list: [1, 2] })
    expect(steps.step_3?.output).toBeNull()
  })

  it('waits for timers of the code, and runs code that is not async', async () => {
    const { log } = await runOnce(
      [
        code('step_1', 'await new Promise((done) => setTimeout(done, 20)); return "later"'),
        rawCode('step_2', 'module.exports.code = (i) => i.a + 1', { a: 1 }),
      ],
      {},
      { mode },
    )
    expect(log.executionState.steps.step_1?.output).toBe('later')
    expect(log.executionState.steps.step_2?.output).toBe(2)
  })

  it('says what is wrong with code that cannot be run', async () => {
    const message = async (source: string) =>
      (await runOnce([rawCode('step_1', source)], {}, { mode })).result.failedStep?.message
    expect(await message('exports.other = 1')).toContain('must export a function named `code`')
    expect(await message('throw new Error("at the top")')).toContain('at the top')
    expect(await message('exports.code = () => { process.exit(1) }')).toMatch(/process/)
    expect(await message('exports.code = () => { const a = {}; a.a = a; return a }')).toMatch(/circular/)
    expect(await message('exports.code = (')).toMatch(/SyntaxError|Unexpected/)
  })

  it('says that a piece is not there', async () => {
    const { result } = await runOnce([piece('step_1', '@x/piece-nowhere', 'act')], {}, { mode })
    expect(result.status).toBe('FAILED')
    expect(result.failedStep?.message).toContain('@x/piece-nowhere 1.0.0 is not installed')
  })
})

describe('isolates', () => {
  const mode = 'SANDBOX_CODE_ONLY'

  it('keep nothing of one run for the next, within a project or across projects', async () => {
    const { createEngine } = await import('../engine.ts')
    const { configOf, operationOf, prepare, run, versionOf } = await import('../testing/harness.ts')
    const { mkdtemp, rm } = await import('node:fs/promises')
    const folder = await mkdtemp('/tmp/engine-')
    const engine = createEngine({ config: configOf({ executionMode: mode }) })
    const source =
      'let calls = 0; exports.code = () => { calls++; globalThis.left ??= 0; return [calls, ++globalThis.left, Array.prototype.evil] ; }'
    const poison = 'Array.prototype.evil = "evil"; exports.code = () => JSON.stringify = () => "evil"'
    const prepared = await prepare(folder, versionOf([rawCode('step_1', source), rawCode('step_2', poison)]))
    for (const projectId of ['a', 'a', 'b', 'a']) {
      const { log } = await run(engine, operationOf(prepared, { projectId }))
      expect(log.executionState.steps.step_1?.output).toEqual([1, 1, null])
      engine.sandbox.prepare()
    }
    await rm(folder, { recursive: true })
  })

  it('keep nothing of one code step for later steps and expressions of the run, nor of one expression', async () => {
    const look = 'return [typeof globalThis.left, [].evil ?? null, JSON.stringify(1)]'
    const expression = '{{ (() => [typeof globalThis.left, [].evil ?? null])() }}'
    const { result, log } = await runOnce(
      [
        code('step_1', 'globalThis.left = 1; Array.prototype.evil = "evil"; JSON.stringify = () => "evil"; return 1'),
        code('step_2', look),
        code('step_3', 'return i.seen', { seen: expression }),
        code('step_4', 'return i.seen', {
          seen: '{{ (() => { globalThis.left = 1; Array.prototype.evil = 1; return 2 })() }}',
        }),
        code('step_5', 'return i.seen', { seen: expression }),
        loop('step_6', '{{ [1, 2, 3] }}', [code('step_7', 'globalThis.count ??= 0; return ++globalThis.count')]),
      ],
      {},
      { mode },
    )
    expect(result.failedStep).toBeNull()
    const { steps } = log.executionState
    expect([steps.step_2?.output, steps.step_3?.output, steps.step_4?.output, steps.step_5?.output]).toEqual([
      ['undefined', null, '1'],
      ['undefined', null],
      2,
      ['undefined', null],
    ])
    expect(JSON.stringify(steps.step_6?.output)).not.toMatch(/"output":[23]/)
  })

  it('have no modules, no process and no way to the host', async () => {
    const { result } = await runOnce([rawCode('step_1', 'exports.code = () => require("fs")')], {}, { mode })
    expect(result.failedStep?.message).toContain('Cannot load "fs"')
    const { log } = await runOnce(
      [
        code(
          'step_1',
          'return [typeof process, typeof fetch, typeof Buffer, atob(btoa("é")), new TextDecoder().decode(new TextEncoder().encode("ü€😀"))]',
        ),
      ],
      {},
      { mode },
    )
    expect(log.executionState.steps.step_1?.output).toEqual(['undefined', 'undefined', 'undefined', 'é', 'ü€😀'])
  })

  it('end the run when the code uses up their memory, and the next run is fine', async () => {
    const hog = 'const all = []; for (;;) all.push(new Array(1e5).fill(i))'
    const options = { mode, limits: { isolateMemoryMb: 16 } } as const
    const continues = { errorHandlingOptions: { continueOnFailure: { value: true }, retryOnFailure: { value: true } } }
    const { result, log } = await runOnce([code('step_1', hog, {}, continues), code('step_2', 'return 1')], {}, options)
    expect(result.status).toBe('MEMORY_LIMIT_EXCEEDED')
    expect(result.failedStep?.message).toContain('16 MB')
    expect(Object.keys(log.executionState.steps)).toEqual(['trigger', 'step_1'])
    expect((await runOnce([code('step_1', 'return 1')], {}, options)).result.status).toBe('SUCCEEDED')
  })

  it('fail code that waits for something that never comes', async () => {
    const { result } = await runOnce([code('step_1', 'await new Promise(() => {})')], {}, { mode })
    expect(result.failedStep?.message).toContain('nothing will ever settle')
  })
})
