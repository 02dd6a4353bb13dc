import { isRaw } from './migrations/raw.ts'

/** A place in the JSON of a client, as a step and one of its fields. */
interface StepField {
  stepName: string
  field: string
  /** The value there, when it is short. */
  value?: string | number | boolean | null
}

const MAX_VALUE_CHARACTERS = 200

/**
 * Finds the step and field of a path in a request; undefined when it leads into no step. The request is unchecked: it
 * may have any shape.
 */
export function stepAt(body: unknown, path: readonly PropertyKey[]): StepField | undefined {
  let found: { stepName: string; from: number } | undefined
  let value = body
  for (const [index, key] of [...path, undefined].entries()) {
    const stepName = stepNameOf(value)
    if (stepName !== undefined) found = { stepName, from: index }
    if (key === undefined) break
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  }
  if (!found) return undefined
  const { stepName, from } = found
  const field = path.slice(from).map(String).join('.')
  return isShort(value) ? { stepName, field, value } : { stepName, field }
}

/** A step itself, or a request that names one. */
function stepNameOf(value: unknown): string | undefined {
  if (!isRaw(value)) return undefined
  if (typeof value.name === 'string' && 'settings' in value) return value.name
  return typeof value.stepName === 'string' ? value.stepName : undefined
}

function isShort(value: unknown): value is string | number | boolean | null {
  if (typeof value === 'string') return value.length <= MAX_VALUE_CHARACTERS
  return value === null || typeof value === 'number' || typeof value === 'boolean'
}
