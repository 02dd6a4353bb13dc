import { expect, test } from 'vitest'
import { createTimerWatch } from './leftovers.ts'

function watched() {
  const state = { timers: 0, time: 0, reports: 0 }
  const timerWatch = createTimerWatch({
    count: () => state.timers,
    now: () => state.time,
    report: () => {
      state.reports++
    },
  })
  /** The number of timers at each time, and the results so far. */
  const at = (time: number, timers: number) => {
    Object.assign(state, { time, timers })
    return [timerWatch.look(), state.reports]
  }
  return at
}

test('a process whose timers end in time is kept', () => {
  const at = watched()
  expect(at(0, 0)).toEqual([false, 0])
  expect(at(10, 3)).toEqual([true, 0])
  expect(at(50_000, 0)).toEqual([false, 0])
  expect(at(60_000, 1)).toEqual([true, 0])
  expect(at(119_000, 2)).toEqual([true, 0])
})

test('one that always has some is given up, once', () => {
  const at = watched()
  expect(at(0, 1)).toEqual([true, 0])
  expect(at(60_000, 1)).toEqual([false, 1])
  expect(at(200_000, 1)).toEqual([false, 1])
})

test('one that has many is given up at once', () => {
  expect(watched()(0, 21)).toEqual([false, 1])
})
