/** Putting two changes of one value together, key by key. */

/** A setting that two people gave different values. */
export interface Clash {
  /** `settings.input.url`; empty when it is about the whole. */
  path: string
  mine: unknown
  theirs: unknown
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether two JSON values are the same, whatever the order of their keys; null counts as absent. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? undefined) === (b ?? undefined)
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]))
  if (!isRecord(a) || !isRecord(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => isSame(a[key], b[key]))
}

/**
 * Puts my changes on top of theirs; a list counts as one value. When both changed the same value, mine stands in the
 * result, and `clashes` names it.
 */
export function merged(before: unknown, mine: unknown, theirs: unknown): { value: unknown; clashes: Clash[] } {
  const clashes: Clash[] = []
  const put = (old: unknown, own: unknown, other: unknown, path: string): unknown => {
    if (isSame(own, old)) return other
    if (isSame(other, old) || isSame(own, other)) return own
    if (isRecord(old) && isRecord(own) && isRecord(other)) {
      const keys = new Set([...Object.keys(other), ...Object.keys(own)])
      const pairs = [...keys].map((key) => [key, put(old[key], own[key], other[key], path ? `${path}.${key}` : key)])
      return Object.fromEntries(pairs.filter(([, value]) => value !== undefined))
    }
    clashes.push({ path, mine: own, theirs: other })
    return own
  }
  return { value: put(before, mine, theirs, ''), clashes }
}
