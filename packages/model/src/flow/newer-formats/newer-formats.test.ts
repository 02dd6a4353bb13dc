import { describe, expect, it } from 'vitest'
import { FlowContent } from '../migrate.ts'
import type { CodeSettings } from '../step.ts'
import { chain, code, loop, piece, router, webhook } from '../testing.ts'
import { walk } from '../walk.ts'

type Json = Record<string, unknown>

const contentOf = (schemaVersion: unknown, ...steps: object[]): Json => ({
  displayName: 'x',
  schemaVersion,
  notes: [],
  trigger: { ...webhook(), ...(steps.length > 0 ? { nextAction: chain(steps as never) } : {}) },
})
const read = (schemaVersion: unknown, ...steps: object[]) => {
  const content = FlowContent.parse(contentOf(schemaVersion, ...steps))
  expect(content.schemaVersion).toBe('20')
  const named = new Map([...walk(content.trigger)].map((step) => [step.name, step]))
  return { content, step: (name: string) => named.get(name), notes: content.conversion.notes }
}
const refusal = (schemaVersion: unknown, ...steps: object[]): string[] => {
  const { error } = FlowContent.safeParse(contentOf(schemaVersion, ...steps))
  return (error?.issues ?? []).map(({ message }) => message)
}
/** The converted text of an input of a step. */
const text = (value: string, ...[schemaVersion = '22']: [unknown?]) => {
  const { step, notes } = read(schemaVersion, code('step_1'), code('step_2', { value }))
  const settings = step('step_2')?.settings
  return { value: settings && 'sourceCode' in settings ? (settings as CodeSettings).input.value : undefined, notes }
}

describe('numbers of formats', () => {
  it.each(['29', '99', 99, 'abc', '1.0.0', '-1', {}])('%j is refused, with the newest that is known', (written) => {
    const [message] = refusal(written)
    expect(message).toContain('the newest known version is 28')
    expect(message).toContain('schemaVersion')
  })

  it.each(['21', '22', 23, '24', '25', '26', '27', '28'])('%j is read', (written) => {
    expect(read(written).content.conversion.from).toBe(String(written))
  })
})

describe('references of formats from 22 on', () => {
  it.each([
    ["{{trigger['output'].body.email}}", '{{trigger.body.email}}'],
    ["{{step_1['output']}}", '{{step_1}}'],
    ["{{step_1['output']['item']}}", "{{step_1['item']}}"],
    ['{{ step_1?.output.x }} and {{step_1["output"].y}}', '{{ step_1.x }} and {{step_1.y}}'],
    ["{{ step_1['output'].output }}", '{{ step_1.output }}'],
    ["{{ f({a:{b:step_1['output']}}) }}", '{{ f({a:{b:step_1}}) }}'],
    ["{{ {step_1: step_1['output']} }}", '{{ {step_1: step_1} }}'],
    ["{{ trigger['output'].rows.map(step_1 => step_1.output) }}", '{{ trigger.rows.map(step_1 => step_1.output) }}'],
    ["{{ trigger['output'].output.step_1 }}", '{{ trigger.output.step_1 }}'],
    ["{{flattenNestedKeys(step_1['output'], ['a','b'])}}", "{{flattenNestedKeys(step_1, ['a','b'])}}"],
    ["{{connections['output']}}", "{{connections['output']}}"],
    ["{{ 'step_1.output' + step_9['output'] }}", "{{ 'step_1.output' + step_9 }}"],
    ["step_1['output'] without braces", "step_1['output'] without braces"],
  ])('%s', (nested, flat) => {
    expect(text(nested)).toEqual({ value: flat, notes: [] })
  })

  it('lose one level alone, and what is doubled or bare is said', () => {
    expect(text("{{step_1['output']['output']}}")).toMatchObject({
      value: "{{step_1['output']}}",
      notes: [{ stepName: 'step_2', message: expect.stringContaining('twice') }],
    })
    expect(text('{{trigger.body}}')).toMatchObject({
      value: '{{trigger.body}}',
      notes: [{ stepName: 'step_2', message: expect.stringContaining("has no ['output']") }],
    })
  })

  it('are everywhere: conditions, loops, lists, but not in code', () => {
    const source = 'export const code = async () => "{{step_1[\'output\']}}"'
    const { step } = read(
      '22',
      {
        ...code('c'),
        settings: { sourceCode: { code: source, packageJson: '{}' }, input: { a: [{ b: "{{c['output']}}" }] } },
      },
      router('r', [[code('step_1')], []], "{{trigger['output'].x}}"),
      loop('l', [], "{{trigger['output'].list}}"),
    )
    expect(step('c')?.settings).toMatchObject({ sourceCode: { code: source }, input: { a: [{ b: '{{c}}' }] } })
    expect(step('r')?.settings).toMatchObject({ branches: [{ conditions: [[{ firstValue: '{{trigger.x}}' }]] }, {}] })
    expect(step('l')?.settings).toMatchObject({ items: '{{trigger.list}}' })
  })

  it('mean a real field in older formats, also where nobody says which', () => {
    for (const format of ['21', '20', '7', null, ''])
      expect(text("{{step_1['output'].x}}", format)).toEqual({ value: "{{step_1['output'].x}}", notes: [] })
  })

  it('are known by most of them where nobody says which', () => {
    const mostly = "{{step_1['output'].x}} {{trigger['output'].y}} {{trigger.z}}"
    expect(text(mostly, null)).toMatchObject({
      value: '{{step_1.x}} {{trigger.y}} {{trigger.z}}',
      notes: [{ stepName: null, message: expect.stringContaining('format 22') }, {}],
    })
    const partly = "{{step_1['output'].x}} {{trigger['output'].y}} {{trigger.z}} {{trigger.a}}"
    expect(text(partly, null)).toEqual({ value: partly, notes: [] })
  })

  it('of a build that wrote 23 without them stay', () => {
    const flat = '{{step_1.output}} {{trigger.body}} {{trigger.a}}'
    expect(text(flat, '23')).toMatchObject({ value: flat, notes: [{ stepName: null }] })
  })

  it('to why a step failed are refused, all of them in one answer', () => {
    const steps = [code('a', { x: "{{step_1['error'].message}}" }), code('b', { x: '{{ step_2.error }}' })]
    expect(refusal('22', ...steps)).toEqual([expect.stringContaining('step a'), expect.stringContaining('step b')])
    expect(refusal('20', ...steps)).toEqual([])
  })
})

describe('what no format has a number for', () => {
  const tolerant = { continueOnFailure: { value: true } }
  const handled = (settings: Json, branches: Json) => ({
    ...code('step_1'),
    settings: { ...code('step_1').settings, ...settings },
    nextAction: code('step_2'),
    ...branches,
  })

  it('branches for success and failure become a router', () => {
    const branches = { continueOnFailureBranches: { onSuccess: code('step_3'), onFailure: code('step_5') } }
    const { content, notes } = read('20', handled({ errorHandlingOptions: tolerant }, branches))
    const step = content.trigger.nextAction
    expect(step).toMatchObject({
      name: 'step_1',
      nextAction: {
        name: 'step_4',
        type: 'ROUTER',
        settings: {
          executionType: 'EXECUTE_FIRST_MATCH',
          branches: [{ conditions: [[{ operator: 'EXISTS', firstValue: '{{step_1}}' }]] }, { branchType: 'FALLBACK' }],
        },
        children: [{ name: 'step_3' }, { name: 'step_5' }],
        nextAction: { name: 'step_2' },
      },
    })
    expect(notes).toMatchObject([{ stepName: 'step_1', message: expect.stringContaining('router step_4') }])
  })

  it('those of early builds too, with their references', () => {
    const options = {
      ...tolerant,
      continueOnFailureBranches: { onFailure: code('step_3', { x: "{{trigger['output'].y}}" }) },
    }
    const { step } = read('23', handled({ errorHandlingOptions: options }, {}))
    expect(step('step_3')?.settings).toMatchObject({ input: { x: '{{trigger.y}}' } })
  })

  it('those that are switched off go, and are named', () => {
    const { step, notes } = read('20', handled({}, { continueOnFailureBranches: { onSuccess: code('step_3') } }))
    expect(step('step_3')).toBeUndefined()
    expect(notes).toMatchObject([{ stepName: 'step_1', message: expect.stringContaining('switched off') }])
  })

  it('everything that cannot be done is refused at once, next to what does not fit', () => {
    const messages = refusal(
      '20',
      { ...router('ai', [[], []]), type: 'AI_ROUTER' },
      { ...loop('batches'), type: 'PROCESS_IN_BATCHES' },
      { ...loop('list'), settings: { items: '{{trigger.x}}', batching: { mode: 'ITEMS_PER_BATCH', size: 3 } } },
      code('formula', { x: 'ap-formula-v1::{sum(1;2)}::ap-formula-v1' }),
      code('secret', { x: "{{variables['KEY']}}" }),
      { ...code('new'), type: 'TELEPORT' },
      { ...code('bad name'), displayName: 3 },
    )
    for (const part of ['AI_ROUTER', 'PROCESS_IN_BATCHES', 'batching', 'formula', 'variable KEY', 'TELEPORT'])
      expect(
        messages.filter((message) => message.includes(part)),
        part,
      ).not.toEqual([])
    expect(messages.length).toBeGreaterThan(7)
  })

  it("an agent's tools get their connections and inputs back", () => {
    const agent = (auth: string) => ({
      ...piece('step_1'),
      settings: {
        ...piece('step_1').settings,
        pieceName: '@activepieces/piece-ai',
        pieceVersion: '0.6.0',
        actionName: 'run_agent',
        input: {
          maxSteps: 20,
          agentTools: [{ type: 'PIECE', toolName: 't', pieceMetadata: { predefinedInput: { auth, to: 'x' } } }],
        },
      },
    })
    const input = (auth: string, format: string) => read(format, agent(auth)).step('step_1')?.settings
    const tool = (auth: string) => ({
      input: {
        maxSteps: 20,
        agentTools: [
          { pieceMetadata: { predefinedInput: { auth, fields: { to: { mode: 'CHOOSE_YOURSELF', value: 'x' } } } } },
        ],
      },
    })
    expect(input('abc', '23')).toMatchObject(tool("{{connections['abc']}}"))
    expect(input("{{connections['abc']}}", '22')).toMatchObject(tool("{{connections['abc']}}"))
  })
})

describe('steps that share a name', () => {
  it('get names of their own, and each reference means the step that came last on the way to it', () => {
    const use = (name: string) => code(name, { x: '{{step_3.a}}', y: "{{connections['step_3']}}" })
    const { content, notes } = read(
      '17',
      router('step_1', [
        [code('step_3'), use('step_4')],
        [code('step_3'), use('step_5')],
        [use('step_3'), loop('step_6', [use('step_7')], '{{step_3}}')],
      ]),
      use('step_2'),
    )
    const steps = new Map([...walk(content.trigger)].map((step) => [step.name, step]))
    expect([...steps.keys()].sort()).toEqual(
      ['trigger', 'step_1', 'step_2', 'step_3', 'step_4', 'step_5', 'step_6', 'step_7', 'step_8', 'step_9'].sort(),
    )
    const inputOf = (name: string) => {
      const settings = steps.get(name)?.settings
      return settings && 'input' in settings ? settings.input : settings
    }
    const other = { y: "{{connections['step_3']}}" }
    expect(inputOf('step_4')).toEqual({ x: '{{step_3.a}}', ...other })
    expect(inputOf('step_5')).toEqual({ x: '{{step_8.a}}', ...other })
    expect(inputOf('step_7')).toEqual({ x: '{{step_9.a}}', ...other })
    expect(inputOf('step_6')).toMatchObject({ items: '{{step_9}}' })
    expect(inputOf('step_2')).toEqual({ x: '{{step_3.a}}', ...other })
    expect(notes.map(({ stepName }) => stepName)).toEqual(['step_8', 'step_9'])
  })
})

describe('steps with names that no step may have', () => {
  it('are renamed with a note, and references follow where the step was meant', () => {
    const { content, notes } = read(
      '20',
      code('step_1', { x: "{{JSON.stringify({a: '}}'})}}" }),
      code('JSON'),
      code('step_2', { x: '{{JSON.a}}', y: "{{ {JSON: JSON, b: 'JSON }}'} }} and {{trigger.JSON}}" }),
      code('__proto__'),
      code('trigger', { x: '{{trigger.body}}' }),
    )
    const steps = [...walk(content.trigger)]
    expect(steps.map(({ name }) => name)).toEqual(['trigger', 'step_1', 'step_3', 'step_2', 'step_4', 'step_5'])
    const inputs = steps.map(({ settings }) => ('input' in settings ? settings.input : undefined))
    expect(inputs[1]).toEqual({ x: "{{JSON.stringify({a: '}}'})}}" })
    expect(inputs[3]).toEqual({
      x: '{{step_3.a}}',
      y: "{{ {JSON: step_3, b: 'JSON }}'} }} and {{trigger.JSON}}",
    })
    expect(inputs[5]).toEqual({ x: '{{trigger.body}}' })
    expect(notes.map(({ stepName }) => stepName)).toEqual(['step_3', 'step_4', 'step_5'])
    expect(notes[0]?.message).toContain('it was renamed from JSON, because no step may have this name')
  })

  it('leave the name of the trigger to the trigger', () => {
    const { trigger, ...content } = contentOf('20', code('trigger'))
    const named = { ...content, trigger: { ...(trigger as Json), name: 'start' } }
    const read = FlowContent.parse(named)
    expect([...walk(read.trigger)].map(({ name }) => name)).toEqual(['start', 'step_1'])
  })
})

it('the end of an expression is found as in runs: a }} within a text does not close it', () => {
  expect(text("{{ step_1['output']['}}'] }} {{step_1['output'].b}}").value).toBe("{{ step_1['}}'] }} {{step_1.b}}")
})

describe('content that is made to take long', () => {
  const members = `{{step_1['output']${"['output']".repeat(40_000)}}}`
  const functions = `{{${'a=>'.repeat(300)}[${'1,'.repeat(50_000)}]}}`
  const branches = (name: string) =>
    router(name, [...Array.from({ length: 4000 }, (_, index) => [code(`n${index}`)]), []])

  it.each([
    ['members of members', '22', [code('step_2', { members })]],
    ['functions in functions', '22', [code('step_2', { functions })]],
    ['the same names in many branches', '20', [branches('a'), branches('b')]],
  ])('is read in time that grows with its length alone: %s', (_, schemaVersion, steps) => {
    const content = contentOf(schemaVersion, ...steps)
    // Processor time, because other tests share the machine; the square takes several times as long.
    const before = process.cpuUsage()
    expect(FlowContent.safeParse(content).success).toBe(true)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(5_000)
  })
})
