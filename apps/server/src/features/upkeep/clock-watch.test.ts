import { expect, test } from 'vitest'
import { clockWatch } from './clock-watch.ts'

test('a clock that is set back is noticed once; one that goes on, is put forward or is corrected a little is not', () => {
  let [now, running] = [Date.parse('2030-01-01T12:00:00Z'), 0]
  const pass = (ms: number, set = 0) => {
    now += ms + set
    running += ms
  }
  const wasSetBack = clockWatch({ now: () => now, running: () => running })
  pass(5000)
  expect(wasSetBack()).toBe(false)
  pass(5000, 3_600_000)
  expect(wasSetBack()).toBe(false)
  pass(5000, -200)
  expect(wasSetBack()).toBe(false)
  pass(5000, -3_600_000)
  expect(wasSetBack()).toBe(true)
  pass(5000)
  expect(wasSetBack()).toBe(false)
})
