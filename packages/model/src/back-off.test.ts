import { expect, it } from 'vitest'
import { delayOf } from './back-off.ts'

it('doubles the wait with each failure, up to the longest', () => {
  const policy = { firstMs: 100, longestMs: 1500 }
  expect([1, 2, 3, 4, 5, 6, 2000].map((attempt) => delayOf(policy, attempt))).toEqual([
    100, 200, 400, 800, 1500, 1500, 1500,
  ])
})

it('spreads the waits of many callers', () => {
  const policy = { firstMs: 100, longestMs: 100, spread: [0.5, 1.5] } as const
  const waits = Array.from({ length: 200 }, () => delayOf(policy, 1))
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(50)
  expect(Math.max(...waits)).toBeLessThan(150)
  expect(new Set(waits).size).toBeGreaterThan(100)
})
