// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of users may hold templates
import { expect, it } from 'vitest'
import { connectionIdsOf, replaceConnection } from './connections.ts'
import { renameInText, tokensOf } from './references.ts'
import { code, flow, loop, piece, stepOf } from './testing.ts'

const names = new Map([
  ['step_1', 'step_7'],
  ['step_2', 'step_8'],
])

it.each([
  ['{{step_1}}', '{{step_7}}'],
  ['{{ step_1.step_1["step_1"] + step_2 }}', '{{ step_7.step_1["step_1"] + step_8 }}'],
  ['step_1 {{step_10}} {{my_step_1}}', 'step_1 {{step_10}} {{my_step_1}}'],
  ['{{[...step_1, ...step_2.a]}}', '{{[...step_7, ...step_8.a]}}'],
  ["{{step_1 + 'it\\'s step_1'}}", "{{step_7 + 'it\\'s step_1'}}"],
  ['{{step_1\n}} {{step_1', '{{step_1\n}} {{step_1'],
  ["{{connections['step_1']}}", "{{connections['step_1']}}"],
  ['{{ `step_1 ${step_1.a} ${step_2}` }}', '{{ `step_1 ${step_7.a} ${step_8}` }}'],
  ['{{ ({step_1, step_2: step_2, x: {y: step_1}}) }}', '{{ ({step_1: step_7, step_2: step_8, x: {y: step_7}}) }}'],
  ['{{ step_1.l.map((step_2) => step_2.a + step_1.b) }}', '{{ step_7.l.map((step_2) => step_2.a + step_7.b) }}'],
  ["{{ 'step_1 }} ' + step_1 }} step_1", "{{ 'step_1 }} ' + step_7 }} step_1"],
  ["{{ it's step_1 }} {{step_2}}", "{{ it's step_1 }} {{step_8}}"],
])('renames steps in %s', (text, renamed) => {
  expect(renameInText(text, names)).toBe(renamed)
})

it('finds expressions as the engine does: to the first closing braces that are not part of them, on one line', () => {
  expect([...tokensOf('{{a}} {{{b}}} {{{b.c}}} {{c\n}} {{ {"d":1} }} {{}} {{e')]).toEqual([
    ...['a', '{b}', 'b.c', ' {"d":1} ', ''],
  ])
})

it.each([
  ['{{JSON.stringify({a: {x: 1}})}}', ['JSON.stringify({a: {x: 1}})']],
  ['{{ l.map(n => { return {v: {n}}}) }}!', [' l.map(n => { return {v: {n}}}) ']],
  ["{{ 'a }} b' }}{{c}}", [" 'a }} b' ", 'c']],
  ['{{ `}}${`}}`}` }} {{ /[}}]/.test(x) }}', [' `}}${`}}`}` ', ' /[}}]/.test(x) ']],
  ['{"a":{"b":{{x}}}}', ['x']],
  ['{"a":{"b":"{{x[\'}}\']}}"}}', ["x['}}']"]],
  // Not JavaScript: the first braces close, as ever.
  ["{{ it's }} and {{ x }}", [" it's ", ' x ']],
  ['{{ a + { }} b', [' a + { ']],
  ["{{connections.0my-id['a'] + {b: {c: 1}}}}", ["connections.0my-id['a'] + {b: {c: 1}}"]],
  ['{{ a\n}} {{ {b: {c: 1}} }}', [' {b: {c: 1}} ']],
])('finds the expressions of %s', (text, tokens) => {
  expect([...tokensOf(text)]).toEqual(tokens)
})

it('finds all of many expressions with braces in them', () => {
  const text = '{{JSON.stringify({a: {x: 1}})}} '
  expect([...tokensOf(text.repeat(2000))]).toEqual(Array(2000).fill(text.slice(2, -3)))
})

it('takes linear time over text that is made to take long', () => {
  // Processor time, because other tests share the machine.
  const before = process.cpuUsage()
  for (const part of ["{{ '}}", '{{{"}}', '{{`}}', '{{{{/}}{'])
    expect([...tokensOf(part.repeat(20_000))].length).toBeGreaterThan(0)
  const text = `${'{{'.repeat(200_000)}${"{{connections[' step_1".repeat(20_000)}`
  renameInText(`${text}}}`, names)
  connectionIdsOf(flow(code('a', { text, closed: `${text}}}` })).trigger)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(2_000)
})

it('renames in chains of members that are longer than the stack', () => {
  const chain = '.a'.repeat(50_000)
  expect(renameInText(`{{ ({ x: step_1 }).x${chain} }}`, names)).toBe(`{{ ({ x: step_7 }).x${chain} }}`)
})

it('finds connections of every form and points them elsewhere', () => {
  const version = flow(
    piece('a', {
      auth: "{{connections['old']}}",
      other: ["{{ connections['x','old'].token }}", '{{connections.old.token}}'],
    }),
    loop('b', [], '{{connections["old"].list}} old'),
  )
  expect(connectionIdsOf(version.trigger)).toEqual(['old', 'x'])
  const changed = { ...version, trigger: replaceConnection(version.trigger, 'old', 'new') }
  expect(stepOf(changed, 'a').settings).toMatchObject({
    input: {
      auth: "{{connections['new']}}",
      other: ["{{ connections['x','new'].token }}", "{{connections['new'].token}}"],
    },
  })
  expect(stepOf(changed, 'b').settings).toMatchObject({ items: "{{connections['new'].list}} old" })
  expect(connectionIdsOf(version.trigger)).toEqual(['old', 'x'])
})
