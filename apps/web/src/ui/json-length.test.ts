import { expect, test } from 'vitest'
import { jsonLength } from './json-length.ts'

test('counts what JSON writes', () => {
  const values = [1, -2.5, true, null, '', 'ab', [], [1], [1, 'b', [null]], {}, { a: 1 }, { a: [{ b: 'c' }], d: false }]
  expect(values.map(jsonLength)).toEqual(values.map((value) => JSON.stringify(value).length))
  expect(jsonLength(undefined)).toBe(0)
})

test('counts values that lie very deep', () => {
  let value: unknown = 'x'
  for (let depth = 0; depth < 100_000; depth++) value = [value]
  expect(jsonLength(value)).toBe(200_003)
})
