import type { Action, Trigger } from '../step.ts'
import { chainOf, nestedHeads } from '../walk.ts'
import type { Position } from './graph.ts'

const DOWN = 140
const ACROSS = 320

/** Places for steps that nobody has placed: rows go down, branches lie next to one another. */
export function layoutOf(trigger: Trigger): Map<string, Position> {
  const places = new Map<string, Position>([[trigger.name, { x: 0, y: 0 }]])
  /** @returns the columns that the row takes, and the line behind it */
  const place = (row: readonly Action[], column: number, line: number): { width: number; end: number } => {
    let width = 1
    let at = line
    for (const action of row) {
      places.set(action.name, { x: column * ACROSS, y: at * DOWN })
      at++
      let taken = 0
      let deepest = at
      for (const head of nestedHeads(action)) {
        const inner = place(chainOf(head), column + taken, at)
        taken += inner.width
        deepest = Math.max(deepest, inner.end)
      }
      width = Math.max(width, taken)
      at = deepest
    }
    return { width, end: at }
  }
  place(chainOf(trigger.nextAction), 0, 1)
  return places
}
