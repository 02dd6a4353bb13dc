import type { z } from 'zod'
import { MAX_VALUE_DEPTH } from '../json-depth.ts'

/**
 * How many steps may follow or hold one another from the trigger down to the last step. Parsing, storing and
 * sending a flow recurse into it, and the stack ends at about twice this depth.
 */
export const MAX_FLOW_DEPTH = 500

const NUL = String.fromCharCode(0)

/**
 * The JSON of a client without NUL characters (which PostgreSQL cannot store in text). Values that are too deep are
 * reported as an issue. Returns the same object when there was nothing to remove.
 */
export function cleanJson(value: unknown, context: z.core.$RefinementCtx): unknown {
  let reported = false
  return clean(value, 0, () => {
    if (!reported) context.addIssue({ code: 'custom', message: `must not nest deeper than ${MAX_VALUE_DEPTH} levels` })
    reported = true
  })
}

function clean(value: unknown, depth: number, tooDeep: () => void): unknown {
  if (typeof value === 'string') return value.includes(NUL) ? value.replaceAll(NUL, '') : value
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_VALUE_DEPTH) {
    tooDeep()
    return null
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => clean(item, depth + 1, tooDeep))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  let same = true
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const cleanKey = key.includes(NUL) ? key.replaceAll(NUL, '') : key
    const cleanItem = clean(item, depth + 1, tooDeep)
    same &&= cleanKey === key && cleanItem === item
    return [cleanKey, cleanItem]
  })
  return same ? value : Object.fromEntries(entries)
}
