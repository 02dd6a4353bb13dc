import type { Action, Step, Trigger } from '../step.ts'
import { chainOf, nestedHeads, walk } from '../walk.ts'
import { hash } from './hash.ts'

/** A fingerprint of a step, which differs when the step does, its dates, sample data and validity aside. */
export function printOfStep(step: Step): string {
  const { sampleData: _, ...settings } = step.settings as Record<string, unknown>
  const skip = 'skip' in step && step.skip === true
  return hash(stable([step.type, step.displayName, skip, settings]))
}

/** The fingerprints of all steps by name. */
export const printsOf = (trigger: Trigger): [string, string][] =>
  [...walk(trigger)].map((step) => [step.name, printOfStep(step)])

/** A fingerprint of how the steps follow and hold one another. */
export function shapeOf(trigger: Trigger): string {
  const parts: string[] = []
  const add = (row: readonly Action[]): void => {
    for (const action of row) {
      parts.push(JSON.stringify(action.name))
      for (const head of nestedHeads(action)) {
        parts.push('(')
        add(chainOf(head))
        parts.push(')')
      }
    }
  }
  add(chainOf(trigger.nextAction))
  return hash(parts.join(' '))
}

/** JSON text with sorted keys: databases keep no order. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  return `{${entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${stable(item)}`)
    .join()}}`
}
