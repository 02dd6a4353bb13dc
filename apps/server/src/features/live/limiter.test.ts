import { expect, test } from 'vitest'
import { createLimiter } from './limiter.ts'

const ask = (limiter: ReturnType<typeof createLimiter>): boolean => {
  try {
    limiter.take()
    return true
  } catch {
    return false
  }
}

test('a burst passes, then ten requests a second', () => {
  let now = 0
  const limiter = createLimiter(() => now)
  const taken = (requests: number) => Array.from({ length: requests }, () => ask(limiter)).filter(Boolean).length
  expect(taken(60)).toBe(40)
  now += 1000
  expect(taken(60)).toBe(10)
  now += 60_000
  expect(taken(60)).toBe(40)
  expect(limiter.isAbused).toBe(false)
})

test.each([
  ['goes on a hundred times a second, though every tenth request passes', 100, true],
  ['is only in a hurry', 15, false],
])('a client that %s is sent away: %3$s', (_who, perSecond, isAbused) => {
  let now = 0
  const limiter = createLimiter(() => now)
  for (let request = 0; request < perSecond * 30; request++) {
    now += 1000 / perSecond
    ask(limiter)
  }
  expect(limiter.isAbused).toBe(isAbused)
})
