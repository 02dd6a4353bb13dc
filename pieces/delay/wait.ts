import { setTimeout as sleep } from 'node:timers/promises'
import type { RunContext } from '@piecework/framework'

/**
 * Waits until a moment: in place when it is near, else by pausing the run.
 * @returns whether the run pauses, so that the step will run again when it resumes
 */
export async function waitUntil(run: RunContext, moment: number, longestInPlaceMs: number): Promise<boolean> {
  const remaining = moment - Date.now()
  if (remaining <= longestInPlaceMs) {
    if (remaining > 0) await sleep(remaining)
    return false
  }
  const waitpoint = await run.createWaitpoint({ type: 'DELAY', resumeDateTime: new Date(moment).toISOString() })
  run.waitForWaitpoint(waitpoint.id)
  return true
}
