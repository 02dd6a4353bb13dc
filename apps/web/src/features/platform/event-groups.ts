import type { EventName } from '../../api/event-destinations.ts'

/** Events of one noun. */
interface EventGroup {
  noun: string
  names: EventName[]
}

/** Events under the noun that they are about: `flow.run.started` is of `flow.run`. */
export function groupEvents(names: readonly EventName[]): EventGroup[] {
  const groups = new Map<string, EventName[]>()
  for (const name of names) {
    const noun = name.slice(0, name.lastIndexOf('.'))
    groups.set(noun, [...(groups.get(noun) ?? []), name])
  }
  return [...groups].map(([noun, group]) => ({ noun, names: group }))
}
