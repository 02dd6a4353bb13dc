import { expect, test } from 'vitest'
import { killRepeatedly } from './support/kill.ts'

test('a server that is killed again and again loses no accepted call and runs no finished step again', async () => {
  const report = await killRepeatedly(5)
  expect(report.accepted).toBeGreaterThan(0)
  expect(report).toMatchObject({ lost: [], doubled: [], rerun: [] })
  // Only what was in flight at a kill may run again: one step per slot.
  expect(report.repeated).toBeLessThanOrEqual(report.kills * 5)
  // Bounds a hang: a loaded machine takes its time over thousands of runs.
}, 900_000)
