import { expect, test } from 'vitest'
import { compileProblems, hintAt, nameOfInputs, optionsAfter } from './inputs.ts'

const INPUTS = { order: { id: '10482', lines: [{ sku: 'HG-1042', quantity: 2 }], paid: null }, later: undefined }
const keysAfter = (before: string) => optionsAfter(before, 'inputs', INPUTS)?.map(({ key }) => key)

test('offers the keys of the inputs, also from deep inside of the last values', () => {
  expect(keysAfter('return inputs.')).toEqual(['order', 'later'])
  expect(keysAfter('return inputs.or')).toEqual(['order', 'later'])
  expect(keysAfter('inputs.order.')).toEqual(['id', 'lines', 'paid'])
  expect(keysAfter('(inputs?.order?.lines[0].s')).toEqual(['sku', 'quantity'])
  expect(optionsAfter('inputs.order.', 'inputs', INPUTS)).toEqual([
    { key: 'id', hint: 'string = "10482"' },
    { key: 'lines', hint: 'Array(1)' },
    { key: 'paid', hint: 'null' },
  ])
})

test('offers nothing where the text is no path of the inputs, or nothing is known', () => {
  for (const before of ['inputs', 'other.', 'my.inputs.', 'inputs.later.', 'inputs.order.id.', 'inputs.order.lines[0]'])
    expect([before, keysAfter(before)]).toEqual([before, undefined])
})

test('says the last value of the path under the pointer', () => {
  const line = 'const sku = inputs.order.lines[0].sku.trim()'
  expect(hintAt(line, line.indexOf('order') + 2, 'inputs', INPUTS)?.text).toBe('order: object')
  expect(hintAt(line, line.lastIndexOf('sku'), 'inputs', INPUTS)).toEqual({
    ...{ from: line.lastIndexOf('sku'), to: line.lastIndexOf('sku') + 3 },
    text: 'sku: string = "HG-1042"',
  })
  expect(hintAt(line, 2, 'inputs', INPUTS)).toBeUndefined()
})

test('follows the name that the code gives its inputs', () => {
  expect(nameOfInputs('export const code = async (inputs) => inputs')).toBe('inputs')
  expect(nameOfInputs('export const code = async (params: { a: string }) => 1')).toBe('params')
  expect(nameOfInputs('export const code = async ({ a }) => 1')).toBe('inputs')
})

test('reads the places that the compiler names', () => {
  expect(compileProblems('Transform failed:\nindex.ts:3:7: ERROR: Expected ";" but found "x"\n')[0]).toMatchObject({
    line: 3,
    column: 8,
  })
  expect(compileProblems('postcode is empty')).toEqual([])
})
