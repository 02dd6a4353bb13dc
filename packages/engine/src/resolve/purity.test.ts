// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of users may hold templates
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isPure } from './purity.ts'

it.each([
  'step_1.list.map((v) => v)',
  "step_1.list.filter(x => x.a > 2 && x.b !== 'q').map(({ a, ...rest }) => ({ a, rest }))",
  'Math.max(...step_1.list) + Number(step_1.n)',
  'JSON.stringify(step_1) + JSON.parse(step_1.text).a',
  "new Date(step_1.when).toISOString().split('T')[0]",
  'step_1.list.map(n => { const twice = n * 2; if (twice > 3) return twice; return { n } })',
  '`${step_1.name?.trim() ?? "nobody"} }}`',
  "step_1.text.replace(/a/g, 'b').toUpperCase()",
  'step_1.list.map(Number).includes(step_1.n)',
  'Object.keys(step_1).length > 0 ? step_1.o[step_1.key] : null',
  '[...step_1.list].toSorted((a, b) => a - b)',
  "flattenNestedKeys(step_1, ['a', 'b'])",
  '(step_1.n)',
])('may read live values: %s', (source) => {
  expect(isPure(source)).toBe(true)
})

const IMPURE = [
  '[9].map(step_1.list.push, step_1.list)',
  '"a".replace("a", step_1.list.shift)',
  'step_1.list.map(Object.freeze)',
  'step_1.list.map(f => step_1.list.push(f))',
  'step_1.list.sort()',
  'step_1.list["sort"]()',
  "step_1.list['so' + 'rt']()",
  'step_1.list?.reverse?.()',
  '(step_1.o.a = 1)',
  '[step_1.o.a] = [1]',
  'step_1.n++',
  'delete step_1.o.a',
  'step_1.list.push`x`',
  'Object.assign(step_1.o, {a: 1})',
  '({map: Object.freeze}).map(step_1.o)',
  "({map: Object['fre' + 'eze']}).map(step_1.o)",
  '((Number) => Number(step_1.o))(Object.freeze)',
  'step_1.list.map((x) => { x.a = 1; return x })',
  'step_1.list.forEach(function (x) { this.a = x }, step_1.o)',
  'step_1.list.reduce((all, x) => { all.push(x); return all }, step_1.list)',
  'step_1.list.push.call(step_1.list, 1)',
  'Reflect.apply(step_1.list.push, step_1.list, [1])',
  'step_1.constructor.freeze(step_1)',
  'new Proxy(step_1.o, {})',
  'structuredClone.constructor("return 1")()',
  'step_1.list.map(...[Object.freeze])',
  'Array.from(step_1.list, Object.freeze)',
  'this',
  'a b',
  'a) + (b',
  "({map: (Object)['fre' + 'eze']}).map(step_1.o)",
]

it.each(IMPURE)('gets copies: %s', (source) => {
  expect(isPure(source)).toBe(false)
})

const member = fc.constantFrom(
  'list',
  'o',
  'text',
  'push',
  'pop',
  'sort',
  'map',
  'constructor',
  'freeze',
  'length',
  'a',
)
const leaf = fc.constantFrom(
  'step_1',
  'step_1.list',
  'step_1.o',
  'Object',
  'Array',
  'Number',
  '[9, 8]',
  '1',
  '"a"',
  'x',
)
/** Expressions of all the parts with which values can be changed. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const inner = tie('expression')
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.tuple(inner, member).map(([object, name]) => `(${object}).${name}`),
      fc.tuple(inner, inner).map(([object, key]) => `(${object})[${key}]`),
      fc.tuple(inner, member, fc.array(inner, { maxLength: 2 })).map(([o, name, given]) => `(${o}).${name}(${given})`),
      fc.tuple(inner, inner).map(([method, given]) => `[1].map(${method}, ${given})`),
      fc.tuple(inner, inner).map(([text, by]) => `"a".replace(${text}, ${by})`),
      inner.map((body) => `((x) => ${body})`),
      fc.tuple(inner, inner).map(([name, value]) => `({ map: ${name}, at: ${value} })`),
      fc.tuple(inner, inner).map(([to, value]) => `(${to} = ${value})`),
    ),
  }
})

it('an expression that counts as pure never changes what it reads', () => {
  let pure = 0
  fc.assert(
    fc.property(expression, (source) => {
      if (!isPure(source)) return
      pure++
      const live = { list: [3, 1, 2], o: { a: { b: 1 } }, text: 'abc', key: 'a' }
      const before = JSON.stringify(live)
      try {
        Reflect.construct(Function, ['step_1', `return (${source}\n)`])(live)
      } catch {
        // Nonsense, as most of them are.
      }
      expect(JSON.stringify(live)).toBe(before)
      expect([live, live.list, live.o, live.o.a].some((part) => Object.isFrozen(part))).toBe(false)
    }),
    { numRuns: 3000, seed: 7 },
  )
  expect(pure).toBeGreaterThan(300)
})
