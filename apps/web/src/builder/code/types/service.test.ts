import { expect, test } from 'vitest'
import { typeFiles } from '../../../../build/type-files.ts'
import { inputType } from './input-type.ts'
import { createTypeService } from './service.ts'

const service = createTypeService(typeFiles())
const ORDER = {
  id: '10482',
  lines: [{ sku: 'HG-1042', quantity: 2 }, { sku: 'HG-7' }],
  paid: null,
}
const step = (code: string, packages: string[] = []) => ({ code, packages, inputs: inputType({ order: ORDER }) })
/** The code without the mark `|`, and the place of the mark. */
const at = (marked: string) => ({ ...step(marked.replace('|', '')), at: marked.indexOf('|') })
const problems = (code: string, packages?: string[]) =>
  service.problems(step(code, packages)).map(({ from, to, message }) => [code.slice(from, to), message])

test('a mistake in types is found at its place, however the code names its inputs', () => {
  const message = "Type 'string' is not assignable to type 'number'."
  for (const beginning of [
    'export const code = async (inputs) => { const total: number = inputs.order.id',
    'export const code = async inputs => { const total: number = inputs.order.id',
    'export const code = async ({ order }) => { const total: number = order.id',
    'export async function code(given) { const total: number = given.order.id',
    'export const code = async function (inputs) { const total: number = inputs.order.id',
  ])
    expect([beginning, problems(`${beginning}; return total }`)]).toEqual([beginning, [['total', message]]])
  expect(problems('export const code = async (inputs: { order: { id: number } }) => inputs.order.id * 2')).toEqual([])
})

test('what Node.js and the language have is known, and what browsers have is not', () => {
  const code = `import { createHash } from 'node:crypto'
import fs from 'fs'
export const code = async (inputs) => {
  const answer = await fetch('https://example.com', { signal: AbortSignal.timeout(1000) })
  const body = await answer.json()
  console.log(process.env.HOME, Buffer.from('a').toString('base64'), new URL('http://a').host, structuredClone(body))
  using file = { [Symbol.dispose]() {} }
  const sorted = inputs.order.lines.toSorted((a, b) => a.sku.localeCompare(b.sku))
  setTimeout(() => {}, 10)
  try { fs.readFileSync('a') } catch (error) { console.log(error.message, file) }
  return [createHash('sha256').update('a').digest('hex'), Object.groupBy(sorted, ({ sku }) => sku)]
}`
  expect(problems(code)).toEqual([])
  expect(problems('export const code = async () => createHash(1)')[0]?.[0]).toBe('createHash')
  expect(problems('export const code = async () => document.title')).toEqual([
    ['document', expect.stringContaining("Cannot find name 'document'")],
  ])
})

test('packages may hold anything, and those that the step does not have are named', () => {
  const code = `import dayjs from 'dayjs'
import utc from 'dayjs/plugin/utc'
export const code = async () => dayjs.extend(utc).utc().format()`
  expect(problems(code, ['dayjs'])).toEqual([])
  expect(problems(code).map(([place]) => place)).toEqual(["'dayjs'", "'dayjs/plugin/utc'"])
})

test('a key that the sample lacks is a warning: the next event may have it', () => {
  const code = 'export const code = async (inputs) => inputs.order.discount + inputs.later + inputs.order.paid.at'
  expect(service.problems(step(code)).map(({ from, severity }) => [code.slice(from, from + 8), severity])).toEqual([
    ['discount', 'warning'],
    ['later + ', 'warning'],
  ])
})

test('completes keys and methods, and describes them', () => {
  const names = (marked: string) => service.options(at(marked)).map(({ name }) => name)
  expect(names('export const code = async (inputs) => inputs.order.|')).toEqual(['id', 'lines', 'paid'])
  expect(names('export const code = async (inputs) => inputs.order.lines.|')).toContain('toSorted')
  expect(names('export const code = async (inputs) => { con| }')).toEqual(expect.arrayContaining(['inputs', 'console']))
  const lines = at('export const code = async (inputs) => inputs.order.lines.m|')
  expect(service.detail({ ...lines, name: 'map' })).toMatch(/Array<.*>\.map<U>.*\n\nCalls a defined callback/s)
  const hovered = at('export const code = async (inputs) => inputs.or|der')
  expect(service.hint(hovered)).toMatchObject({
    ...{ from: hovered.code.lastIndexOf('order'), to: hovered.code.length },
    text: expect.stringMatching(/^\(property\) order: {/),
  })
})

test('formats, and leaves the semicolons to the author', () => {
  const code = 'export const code = async (inputs)=>{\nreturn {a:1,\n b :2}\n}'
  const formatted = service
    .format(step(code))
    .toReversed()
    .reduce((text, { from, to, insert }) => text.slice(0, from) + insert + text.slice(to), code)
  expect(formatted).toBe('export const code = async (inputs) => {\n  return {\n    a: 1,\n    b: 2\n  }\n}')
})

test('the type of inputs follows their values', () => {
  expect(inputType({})).toBe('{  }')
  expect(inputType({ a: 1, 'b-c': 'text', d: null, e: undefined, f: [], g: true })).toBe(
    '{ a: number; "b-c": string; d: any; e: any; f: Array<any>; g: boolean }',
  )
  expect(inputType({ rows: [{ a: 1, b: 'x' }, { a: null }, 7] })).toBe(
    '{ rows: Array<number | { a: number | null; b?: string }> }',
  )
  const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => ({ inner }), 'end')
  expect(inputType({ deep }).length).toBeLessThan(1000)
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key${n}`, n]))
  expect(inputType({ wide })).toMatch(/key299: number; \[key: string\]: any }/)
})

test('code of any length is answered', () => {
  expect(problems(`export const code = async () => { const a: number = '' } //${' '.repeat(200_000)}`)).toEqual([])
})
