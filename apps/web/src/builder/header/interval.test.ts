import { expect, test } from 'vitest'
import { intervalOf, minutesOf } from './interval.ts'

test.each([
  [null, '', 'hours'],
  [90, '90', 'minutes'],
  [120, '2', 'hours'],
  [2880, '2', 'days'],
] as const)('%s minutes are shown as "%s" %s, and are the same again', (minutes, amount, unit) => {
  expect(intervalOf(minutes)).toEqual({ amount, unit })
  expect(minutesOf({ amount, unit })).toBe(minutes)
})

test.each(['0', '-1', '1.01', 'soon', '1e9', '366'])('"%s" days are no time', (amount) => {
  expect(minutesOf({ amount, unit: 'days' })).toBeUndefined()
})
