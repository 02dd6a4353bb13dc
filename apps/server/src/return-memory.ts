import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Long enough for the first calls of a restart to be answered. */
const AFTER_START_MS = 3000
/** With a larger share of its time at work, the server is not idle. */
const IDLE_SHARE = 0.1

/**
 * Gives back what only the start needed: twice of what the heap then holds, which V8 by itself would keep until the
 * server has been idle for long. It waits for a moment without work, because V8 also drops the code that it has
 * optimised: in the middle of load, each run takes a quarter more of processor time from then on.
 */
export function returnMemoryAfterStart(): void {
  let before = performance.eventLoopUtilization()
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before)
    before = performance.eventLoopUtilization()
    if (utilization > IDLE_SHARE) return
    clearInterval(timer)
    setFlagsFromString('--expose-gc')
    const collect: unknown = runInNewContext('gc')
    if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  }, AFTER_START_MS).unref()
}
