import { expect, test } from 'vitest'
import { bytesOf, createStallDetector, ownTid, waitedMsOf } from './pglite-stalls.ts'

const LOOK_MS = 350
/** The verdict after some looks without a sign of life. */
const after = (looks: number, { bytes = 0, waitedMs = 0 } = {}) => {
  const pulse = createStallDetector(LOOK_MS)
  let verdict = pulse({ life: 1, bytes, waitedMs: 0 })
  for (let look = 1; look <= looks; look++) verdict = pulse({ life: 1, bytes, waitedMs: waitedMs * look })
  return verdict
}

test('a thread without a sign of life stalls, and stops after half a minute', () => {
  expect([after(3), after(4), after(89), after(90)]).toEqual(['moves', 'stalled', 'stalled', 'stopped'])
})

test('time in which it waits for a processor does not count', () => {
  expect(after(100, { waitedMs: LOOK_MS })).toBe('moves')
  expect(after(5, { waitedMs: LOOK_MS / 2 })).toBe('moves')
  expect(after(8, { waitedMs: LOOK_MS / 2 })).toBe('stalled')
})

test('a statement with a large value may take longer, and not forever', () => {
  const bytes = bytesOf(['x'.repeat(15_000_000), Buffer.alloc(10_000_000), 1, null])
  expect(bytes).toBe(25_000_000)
  expect(after(17, { bytes })).toBe('moves')
  expect(after(30, { bytes })).toBe('stalled')
})

test('a sign of life, or nothing to do, begins again', () => {
  const pulse = createStallDetector(LOOK_MS)
  const quiet = { life: 1, bytes: 1, waitedMs: 0 }
  for (let look = 0; look < 6; look++) pulse(quiet)
  expect(pulse({ ...quiet, life: 2 })).toBe('moves')
  for (let look = 0; look < 6; look++) pulse({ ...quiet, life: 2 })
  expect(pulse({ ...quiet, bytes: undefined })).toBe('moves')
})

test('the system tells how long a thread has waited', () => {
  expect(ownTid()).toBeGreaterThan(0)
  expect(waitedMsOf(ownTid())).toBeGreaterThanOrEqual(0)
  expect(waitedMsOf(0)).toBe(0)
})
