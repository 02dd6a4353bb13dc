/** The clocks of a machine: the time of day, which somebody may set, and one that only ever goes forward. */
export interface Clock {
  now(): number
  running(): number
}

/** Less is how two looks at clocks differ, and how time servers correct them. */
const TOLERANCE_MS = 1000

/** @returns a look at the clock that says whether it was set back since the look before. */
export function clockWatch({ now, running }: Clock): () => boolean {
  let last = { now: now(), running: running() }
  return () => {
    const before = last
    last = { now: now(), running: running() }
    return last.now - before.now < last.running - before.running - TOLERANCE_MS
  }
}
