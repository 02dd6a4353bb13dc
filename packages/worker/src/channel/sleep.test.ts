import { expect, test } from 'vitest'
import { createSleepWatch } from './sleep.ts'

test('a process that did not run for too long has slept, once', () => {
  let time = 0
  const watch = createSleepWatch(100, () => time)
  const after = (ms: number) => {
    time += ms
    return watch.hasSlept()
  }
  expect([after(100), after(99), after(101), after(0), after(50), after(1000), after(100)]).toEqual([
    false,
    false,
    true,
    false,
    false,
    true,
    false,
  ])
})
