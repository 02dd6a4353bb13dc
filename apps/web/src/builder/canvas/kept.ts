import type { Step, Trigger } from '@piecework/model/flow/step'
import { nestedHeads, walk } from '@piecework/model/flow/walk'
import { isSame } from '../state/merge.ts'
import { frameOf } from '../steps/kinds/registry.ts'

/** How steps hang together. An edit renews the links of every step, and says nothing new of most. */
const LINKS: ReadonlySet<string> = new Set(['nextAction', 'firstLoopAction', 'children'])

/** Steps by their names, each for what it says itself: its links may be those of an earlier version. */
export type OwnSteps = ReadonlyMap<string, Step>

/** The steps of a flow. A step that says the same as before is the same object; when all do, so is the map. */
export function keptSteps(trigger: Trigger, last: OwnSteps | undefined): OwnSteps {
  const named = [...walk(trigger)].map((step): [string, Step] => {
    const before = last?.get(step.name)
    return [step.name, before && saysSame(before, step) ? before : step]
  })
  return keptMap(new Map(named), last)
}

/** The last map when the next one has the same values, whatever their order. */
export function keptMap<V>(
  next: ReadonlyMap<string, V>,
  last: ReadonlyMap<string, V> | undefined,
): ReadonlyMap<string, V> {
  return last?.size === next.size && [...next].every(([key, value]) => last.get(key) === value) ? last : next
}

/** The last value when the next one is the same JSON. */
export const keptValue = <V>(next: V, last: V | undefined): V =>
  last !== undefined && isSame(last, next) ? last : next

function saysSame(a: Step, b: Step): boolean {
  const differs = (key: string): boolean => !LINKS.has(key) && !isSame(Reflect.get(a, key), Reflect.get(b, key))
  return !Object.keys(a).some(differs) && !Object.keys(b).some((key) => !(key in a) && differs(key))
}

/** Everything of a flow that places its steps, as a text: the same shape gives the same layout. */
export function shapeOf(trigger: Trigger): string {
  const steps = [...walk(trigger)].map((step) => {
    const frame = frameOf(step)
    return [
      step.name,
      frame?.kind,
      frame?.kind === 'router' && frame.branches.map(({ branchName }) => branchName),
      nestedHeads(step).map((head) => head?.name),
      step.nextAction?.name,
    ]
  })
  return JSON.stringify(steps)
}

/** Things with ids; one that is as before is the same object, and when all are, in the same order, so is the list. */
export function keptList<N extends { id: string }>(next: N[], last: N[] | undefined): N[] {
  if (!last) return next
  const known = new Map(last.map((one) => [one.id, one]))
  const kept = next.map((one) => {
    const before = known.get(one.id)
    return before && isSame(before, one) ? before : one
  })
  return kept.length === last.length && kept.every((one, index) => one === last[index]) ? last : kept
}
