/**
 * The time by which things fall due. With PostgreSQL it is that of its own clock, whatever the clocks of the apps say;
 * in between it goes on by one that nobody sets.
 */
export interface DueClock {
  now(): number
  /** The database has said what time it is. */
  set(now: number): void
}

/** @param embedded the database has the clock of this process */
export function createDueClock(embedded: boolean): DueClock {
  let known: { now: number; at: number } | undefined
  return {
    now: () => (known ? known.now + performance.now() - known.at : Date.now()),
    set(now) {
      if (!embedded) known = { now, at: performance.now() }
    },
  }
}
