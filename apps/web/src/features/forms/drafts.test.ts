import { expect, test } from 'vitest'
import { draftsOf, fieldToSend, moved, newField } from './drafts.ts'

const drafts = draftsOf([
  { name: 'a', type: 'text', required: false },
  { name: 'field_3', type: 'text', required: false },
])
const names = (list: typeof drafts) => list.map(({ field }) => field.name)

test('a field is moved, and not beyond the ends', () => {
  const [first, last] = drafts
  expect(names(moved(drafts, first?.key ?? '', 1))).toEqual(['field_3', 'a'])
  expect(names(moved(drafts, last?.key ?? '', 0))).toEqual(['field_3', 'a'])
  expect(names(moved(drafts, last?.key ?? '', 2))).toEqual(['a', 'field_3'])
  expect(names(moved(drafts, first?.key ?? '', -1))).toEqual(['a', 'field_3'])
})

test('a new field has a name of its own', () => {
  expect(newField(drafts).field.name).toBe('field_4')
})

test('a field is sent without what its type has no use for', () => {
  const field = { name: 'a', type: 'select' as const, required: true, label: '', options: ['x', ''], min: 1 }
  expect(fieldToSend(field)).toEqual({ name: 'a', type: 'select', required: true, options: ['x'] })
})
