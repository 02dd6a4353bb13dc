import type { FlowVersion } from '@piecework/model/flow/flow'
import type { Step } from '@piecework/model/flow/step'
import { enclosing, walk } from '@piecework/model/flow/walk'

interface Change {
  kind: 'added' | 'removed' | 'changed' | 'moved'
  displayName: string
  name: string
}

/** The differences between two versions, step by step, in reading order; removed steps come last. */
export function changesBetween(before: FlowVersion, after: FlowVersion): Change[] {
  const old = new Map([...walk(before.trigger)].map((step) => [step.name, step]))
  const places = { old: placesOf(before), now: placesOf(after) }
  const changes: Change[] = []
  for (const step of walk(after.trigger)) {
    const was = old.get(step.name)
    old.delete(step.name)
    const entry = { name: step.name, displayName: step.displayName }
    if (!was) changes.push({ kind: 'added', ...entry })
    else if (textOf(was) !== textOf(step)) changes.push({ kind: 'changed', ...entry })
    else if (places.old.get(step.name) !== places.now.get(step.name)) changes.push({ kind: 'moved', ...entry })
  }
  for (const { name, displayName } of old.values()) changes.push({ kind: 'removed', name, displayName })
  return changes
}

/** The content of a step alone, without the steps after and inside it, and without samples. */
function textOf(step: Step): string {
  const { type, displayName, settings } = step
  return JSON.stringify([
    type,
    displayName,
    'skip' in step && step.skip === true,
    { ...settings, sampleData: undefined },
  ])
}

/** The loops and routers around each step. */
const placesOf = ({ trigger }: FlowVersion): Map<string, string> =>
  new Map(
    [...walk(trigger)].map(({ name }) => [name, (enclosing(trigger, name) ?? []).map((outer) => outer.name).join('/')]),
  )
