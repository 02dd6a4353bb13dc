import { expect, test } from 'vitest'
import { idOf, MAX_ROWS, valueRows, valueText } from './value-rows.ts'

const lines = (value: unknown, depth: number) =>
  valueRows(value, (_, at) => at < depth).map(({ key, size, depth: at }) => `${' '.repeat(at)}${key}${size ?? ''}`)

test('shows as much as is open, with the size of what is closed', () => {
  const value = { id: 'a', lines: [{ sku: 'x' }, { sku: 'y' }], empty: {} }
  expect(lines(value, 0)).toEqual(['id', 'lines2', 'empty0'])
  expect(lines(value, 9)).toEqual(['id', 'lines2', ' 01', '  sku', ' 11', '  sku', 'empty0'])
})

test('the id of each line is that of its path', () => {
  const rows = valueRows({ 'a"]': [1, { b: [] }], 2: { '': 'c' } }, () => true)
  expect(rows.map(({ id }) => id)).toEqual(rows.map(({ path }) => idOf(path)))
})

test('a single value is one line; lists without end are cut', () => {
  expect(valueRows('hello', () => true)).toMatchObject([{ key: '', value: 'hello' }])
  expect(valueRows(new Array(MAX_ROWS + 5).fill(0), () => true)).toHaveLength(MAX_ROWS)
})

test('values are written as JSON on one line, cut where they are long', () => {
  expect(['a "b"\n', 1.5, null, true].map(valueText)).toEqual(['"a \\"b\\"\\n"', '1.5', 'null', 'true'])
  expect(valueText('x'.repeat(100_000))).toHaveLength(501)
})
