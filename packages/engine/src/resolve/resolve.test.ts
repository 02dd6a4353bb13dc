import { describe, expect, it } from 'vitest'
import { environmentOf } from '../flow/context.ts'
import { createIsolateSandbox } from '../sandbox/isolate.ts'
import { createLocalSandbox } from '../sandbox/local.ts'
import { createRecord, createScope, type Scope } from '../state/record.ts'
import { configOf } from '../testing/harness.ts'
import { resolve, resolveRedacted } from './resolve.ts'
import { compileTemplate, connectionsOf } from './template.ts'

const OUTPUTS: Record<string, unknown> = {
  trigger: {
    body: {
      n: 5,
      zero: 0,
      no: false,
      nothing: null,
      empty: '',
      name: 'Ada',
      o: { a: 1, 'odd key': 2 },
      l: ['x', 'y'],
      deep: [{ v: [{ w: 1 }, { w: 2 }] }, { v: [{ w: 3 }] }],
      people: [{ first: 'Ada', last: 'L' }, { first: 'Alan', last: 'T' }, { first: 'Kurt' }],
    },
  },
  step_1: 'text',
  step_2: [3, 1, 2],
}
const CONNECTIONS: Record<string, unknown> = {
  'my-key': { type: 'CUSTOM_AUTH', props: { url: 'https://a.example', list: ['p', 'q'] } },
  plain: { type: 'SECRET_TEXT', secret_text: 's3cret' },
  '0Vc-1': { token: 't0' },
}

function scopeOf(): Scope {
  const scope = createScope()
  for (const [name, output] of Object.entries(OUTPUTS)) {
    const record = createRecord(name, 'CODE', 'SUCCEEDED')
    record.outputText = JSON.stringify(output)
    scope.steps.set(name, record)
  }
  return scope
}

const names = new Set(['trigger', 'step_1', 'step_2', 'step_9'])

describe.each(['in process', 'in an isolate'])('expressions %s', (mode) => {
  const sandbox = mode === 'in process' ? createLocalSandbox() : createIsolateSandbox(configOf().limits)
  const run = sandbox.open('project')
  const connections = {
    load: async () => undefined,
    value: (externalId: string) => CONNECTIONS[externalId],
  }
  const environment = environmentOf({ sandbox: run, connections }, scopeOf(), '2')
  const value = (input: unknown): unknown => resolve(compileTemplate(input, names), environment)

  it.each([
    ['{{trigger.body.n}}', 5],
    ['{{trigger.body.zero}}', 0],
    ['{{trigger.body.no}}', false],
    ['{{ trigger.body.o }}', { a: 1, 'odd key': 2 }],
    ["{{trigger['body']['l'][1]}}", 'y'],
    ["{{trigger.body.o['odd key']}}", 2],
    ['{{trigger.body?.o?.a}}', 1],
    ['{{trigger.body.l.length}}', 2],
    ['{{step_1}}', 'text'],
    ['{{step_1.length}}', 4],
    ['{{trigger.body.nothing}}', ''],
    ['{{trigger.body.nope.deep}}', ''],
    ['{{step_9.never.ran}}', ''],
    ['{{step_1.constructor}}', ''],
    ['{{}}', ''],
    ['{{nobody.here}}', ''],
    ['{{trigger.body.n +}}', ''],
    ['{{trigger.body.n + 1}}', 6],
    ['{{ {"a":"b"} }}', { a: 'b' }],
    ['{{trigger.body.l.map((x) => x + "!").join("-")}}', 'x!-y!'],
    ['{{Math.max(...step_2)}}', 3],
    ['{{trigger.body.name.toUpperCase()}}', 'ADA'],
    ["{{flattenNestedKeys(trigger.body.deep, ['v', 'w'])}}", [1, 2, 3]],
    ['{{step_9 ?? "none"}}', 'none'],
    ['{{ JSON.stringify({a: {x: trigger.body.n}}) }}', '{"a":{"x":5}}'],
    ['{{JSON.stringify({a: {x: 1}})}}', '{"a":{"x":1}}'],
    ['{{ trigger.body.l.map(n => { return {v: {n}}}) }}', [{ v: { n: 'x' } }, { v: { n: 'y' } }]],
    ["{{ 'a }} b' }}", 'a }} b'],
    ['{{{n: trigger.body.n}}}', { n: 5 }],
    ['{{ BigInt("8202522731445525541") + 1n }}', '8202522731445525542'],
    ['{{ 0 / 0 }}', ''],
    ['{{ 1 / 0 }}', ''],
    ['{{ trigger.body.l.map }}', ''],
    ['{{ () => 1 }}', ''],
    ['{{ Symbol("s") }}', ''],
  ])('%s', (input, expected) => {
    expect(value(input)).toEqual(expected)
  })

  it.each([
    ['n={{trigger.body.n}} o={{trigger.body.o}} x={{trigger.body.nope}}', 'n=5 o={"a":1,"odd key":2} x='],
    ['{{trigger.body.name}}{{step_1}}', 'Adatext'],
    [' {{trigger.body.n}}', ' 5'],
    ['id={{ BigInt("12345678901234567890") }} {{ [1n] }}', 'id=12345678901234567890 ["1"]'],
    ['<{{{trigger.body.n}}}>', '<{5}>'],
    ['no tokens', 'no tokens'],
    ['two\n{{step_1}}\nlines {{\n}}', 'two\ntext\nlines {{\n}}'],
  ])('text %j', (input, expected) => {
    expect(value(input)).toBe(expected)
  })

  it('walks lists and maps, and leaves keys and other values alone', () => {
    expect(value({ '{{step_1}}': ['{{step_1}}', 1, null, { a: '{{trigger.body.n}}' }], b: true })).toEqual({
      '{{step_1}}': ['text', 1, null, { a: 5 }],
      b: true,
    })
  })

  it('makes one text per element when nested keys are flattened into a text', () => {
    const people = "{{flattenNestedKeys(trigger.body.people, ['first'])}}"
    expect(value(`${people} {{step_1}} {{step_2}}`)).toEqual(['Ada text 3', 'Alan text 1', 'Kurt text 2'])
    expect(value(`${people}: {{trigger.body.l}}`)).toEqual(['Ada: x', 'Alan: y', 'Kurt: '])
  })

  it('does not let an expression change what later ones see', () => {
    expect(value('{{step_2.sort()}}')).toEqual([1, 2, 3])
    expect(value('{{(trigger.body.o.a = 99)}}')).toBe(99)
    expect(value('{{step_2.splice(0, 3).length}}')).toBe(3)
    value('{{[9].map(step_2.push, step_2)}}')
    value('{{"a".replace("a", step_2.shift)}}')
    value('{{step_2.map(Object.freeze)}}')
    expect(value('{{step_2.map((v) => v)}}')).toEqual([3, 1, 2])
    expect(value(['{{step_2}}', '{{step_2[0] * 2}}', '{{trigger.body.o.a}}', '{{trigger.body.o.a + 1}}'])).toEqual([
      [3, 1, 2],
      6,
      1,
      2,
    ])
  })

  it.each([
    ["{{connections['my-key']}}", CONNECTIONS['my-key']],
    ["{{connections['my-key'].props.url}}", 'https://a.example'],
    ["{{connections['my-key']['props'].list[1]}}", 'q'],
    ['{{connections.plain.secret_text}}', 's3cret'],
    ['{{connections.my-key.props.url}}', 'https://a.example'],
    ['{{connections.0Vc-1.token}}', 't0'],
    ["{{connections.0Vc-1.token + '-x'}}", 't0-x'],
    ["{{connections['my-key'].props.url.toUpperCase()}}", 'HTTPS://A.EXAMPLE'],
    ['Bearer {{connections.plain.secret_text}}', 'Bearer s3cret'],
    ['{{connections.missing.path}}', ''],
    ['{{connections}}', ''],
  ])('connection %s', (input, expected) => {
    expect(value(input)).toEqual(expected)
  })

  it('redacts whatever comes from a connection, and nothing else', () => {
    const template = compileTemplate(
      {
        auth: "{{connections['my-key']}}",
        header: 'Bearer {{connections.plain.secret_text}}',
        n: '{{trigger.body.n}}',
      },
      names,
    )
    expect(connectionsOf(template)).toEqual(['my-key', 'plain'])
    expect(resolveRedacted(template, environment)).toEqual({
      auth: '**REDACTED**',
      header: 'Bearer **REDACTED**',
      n: 5,
    })
  })
})
