import { expect, test } from 'vitest'
import { differenceOf } from './value-difference.ts'

const marksOf = (value: unknown, other: unknown) => Object.fromEntries(differenceOf(value, other).marks)

test('what was added, removed and changed is marked, with what it is inside of', () => {
  const other = { id: 1, lines: [{ sku: 'a' }, { sku: 'b' }], note: null, same: { x: [1] } }
  const value = { id: 2, lines: [{ sku: 'a', qty: 3 }], same: { x: [1] } }
  expect(differenceOf(value, other)).toMatchObject({
    value: { id: 2, lines: [{ sku: 'a', qty: 3 }, { sku: 'b' }], note: null, same: { x: [1] } },
    count: 4,
  })
  expect(marksOf(value, other)).toEqual({
    '["id"]': { kind: 'changed', before: 1 },
    '["lines"]': { kind: 'inside' },
    '["lines",0]': { kind: 'inside' },
    '["lines",0,"qty"]': { kind: 'added' },
    '["lines",1]': { kind: 'removed' },
    '["note"]': { kind: 'removed' },
  })
})

test('equal values have no marks, whatever the order of their keys', () => {
  expect(differenceOf({ a: 1, b: [null, 'x'] }, { b: [null, 'x'], a: 1 })).toMatchObject({ count: 0 })
  expect(differenceOf(undefined, undefined)).toEqual({ value: undefined, marks: new Map(), count: 0 })
})

test('a value of another kind is a change; one that is not there on a side is all new, or all gone', () => {
  expect(marksOf({ a: [1] }, { a: { b: 1 } })).toEqual({ '["a"]': { kind: 'changed', before: { b: 1 } } })
  expect(marksOf('x', 'y')).toEqual({ '[]': { kind: 'changed', before: 'y' } })
  expect(marksOf({ a: 1 }, 'y')).toEqual({ '["a"]': { kind: 'added' } })
  expect(differenceOf(undefined, { a: 1, b: 2 })).toMatchObject({ value: { a: 1, b: 2 }, count: 2 })
  expect(marksOf(undefined, 7)).toEqual({ '[]': { kind: 'removed' } })
})

test('a key named like what objects inherit is compared as any other', () => {
  expect(marksOf({ a: 1 }, JSON.parse('{"a":1,"constructor":2}'))).toEqual({ '["constructor"]': { kind: 'removed' } })
})
