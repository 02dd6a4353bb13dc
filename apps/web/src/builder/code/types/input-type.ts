import type { Inputs } from '../inputs.ts'

/** The type of the inputs of a code step, as their last values have it. */

/** Values of one place that are looked at, and how deep; what lies beyond may be anything. */
const MOST_VALUES = 50
const MOST_KEYS = 300
const DEEPEST = 12
const NAME = /^[A-Za-z_$][\w$]*$/
/** A longer type helps nobody, and is slow to check. */
const LONGEST_TYPE = 100_000

/** The text of a type that has all of these inputs. */
export function inputType(inputs: Inputs): string {
  const text = typeOf([inputs], 0)
  return text.length <= LONGEST_TYPE ? text : 'any'
}

/**
 * The type of values that were seen at one place. A value that nobody has seen, or that was null, may be anything:
 * to use it is no mistake.
 */
function typeOf(values: readonly unknown[], depth: number): string {
  const known = values.filter((value) => value !== undefined && value !== null).slice(0, MOST_VALUES)
  if (known.length === 0 || depth > DEEPEST) return 'any'
  const objects = known.filter(isRecord)
  const lists = known.filter((value) => Array.isArray(value))
  const items: unknown[] = lists.flatMap((list) => list.slice(0, MOST_VALUES))
  const types = new Set<string>()
  for (const value of known) if (typeof value !== 'object') types.add(typeof value)
  if (objects.length > 0) types.add(objectType(objects, depth))
  if (lists.length > 0) types.add(`Array<${typeOf(items, depth + 1)}>`)
  if (values.includes(null)) types.add('null')
  return [...types].join(' | ')
}

function objectType(objects: readonly Readonly<Record<string, unknown>>[], depth: number): string {
  const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))]
  const fields = keys.slice(0, MOST_KEYS).map((key) => {
    const owners = objects.filter((object) => Object.hasOwn(object, key))
    const mark = owners.length < objects.length ? '?' : ''
    return `${NAME.test(key) ? key : JSON.stringify(key)}${mark}: ${typeOf(
      owners.map((owner) => owner[key]),
      depth + 1,
    )}`
  })
  return `{ ${[...fields, ...(keys.length > MOST_KEYS ? ['[key: string]: any'] : [])].join('; ')} }`
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
