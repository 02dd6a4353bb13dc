import { endOfString } from '@piecework/model/json-depth'

/** JSON text allows more than a program can hold: the bodies of the graph API are refused for it. */

/**
 * How many different names of fields one body may have. Maps with hundreds of thousands of keys hold up everybody else
 * for seconds; as many lists, or objects that are alike, do not.
 */
export const MAX_NAMES = 20_000

/** The colon behind a string that is a name. */
const COLON = /[ \t\r\n]*:/y

/** Whether JSON text has at most so many different names of fields. Reads none of a text with few colons. */
export function hasFewNames(text: string, limit: number = MAX_NAMES): boolean {
  let colons = 0
  for (let at = text.indexOf(':'); at !== -1 && colons <= limit; at = text.indexOf(':', at + 1)) colons++
  if (colons <= limit) return true
  const names = new Set<string>()
  for (let at = text.indexOf('"'); at !== -1; ) {
    const end = endOfString(text, at)
    COLON.lastIndex = end + 1
    if (COLON.test(text)) names.add(text.slice(at + 1, end))
    if (names.size > limit) return false
    at = text.indexOf('"', end + 1)
  }
  return true
}

/** The place of a number that was too large to read, such as `1e999`: it would be stored as null. */
export function endlessNumber(value: unknown): string | undefined {
  const pending: [path: string, value: unknown][] = [['body', value]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, found] = next
    if (typeof found === 'number' && !Number.isFinite(found)) return path
    if (typeof found !== 'object' || found === null) continue
    for (const [key, item] of Object.entries(found)) if (mayHold(item)) pending.push([`${path}/${key}`, item])
  }
  return undefined
}

const mayHold = (value: unknown): boolean =>
  typeof value === 'object' ? value !== null : typeof value === 'number' && !Number.isFinite(value)
