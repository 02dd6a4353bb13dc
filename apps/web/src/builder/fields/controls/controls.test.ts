import { expect, test } from 'vitest'
import { toLocalTime, toMoment } from './date-time.ts'
import { entriesOf, givesMap, mapOf, repeatedKeys } from './entries.ts'
import { choiceOf, readChoices } from './options.ts'

test('a moment survives the way through a field of date and time', () => {
  const moment = '2026-03-04T05:06:07.000Z'
  expect(toMoment(toLocalTime(moment))).toBe(moment)
  expect(toLocalTime('{{trigger.date}}')).toBe('')
  expect(toMoment('')).toBeUndefined()
})

test('a value that is no choice any more still shows', () => {
  const { choices } = readChoices({ options: [{ label: 'One', value: { id: 1 } }] })
  expect(choiceOf({ id: 1 }, choices)?.label).toBe('One')
  expect(choiceOf({ name: 'Gone' }, choices)?.label).toBe('Gone')
  expect(choiceOf('', choices)).toBeUndefined()
  expect(readChoices({ disabled: true, placeholder: 'Connect first', options: [] })).toEqual({
    choices: [],
    isDisabled: true,
    placeholder: 'Connect first',
  })
})

test('entries without a key or with one twice do not harm the others', () => {
  const entries = [...entriesOf({ a: 1, b: 2 }), { key: '', value: 'x' }, { key: 'a', value: 3 }]
  expect(mapOf(entries)).toEqual({ a: 3, b: 2 })
  expect(repeatedKeys(entries)).toEqual(new Set(['a']))
  expect(givesMap(entries, { a: 3, b: 2 })).toBe(true)
  expect(givesMap(entries, { a: 3 })).toBe(false)
})
