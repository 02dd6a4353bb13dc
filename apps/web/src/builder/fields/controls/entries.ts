export interface Entry {
  key: string
  value: unknown
}

/** The entries of a map, in its order. */
export const entriesOf = (value: unknown): Entry[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).map(([key, one]) => ({ key, value: one }))
    : []

/** The map of these entries: the last of a key counts, and entries without one are left out. */
export const mapOf = (entries: readonly Entry[]): Record<string, unknown> =>
  Object.fromEntries(entries.filter(({ key }) => key !== '').map(({ key, value }) => [key, value]))

/** The keys that stand more than once. */
export function repeatedKeys(entries: readonly Entry[]): Set<string> {
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const { key } of entries) (seen.has(key) ? repeated : seen).add(key)
  repeated.delete('')
  return repeated
}

/** Whether the entries give this map: otherwise somebody else has changed it. */
export const givesMap = (entries: readonly Entry[], value: unknown): boolean =>
  JSON.stringify(mapOf(entries)) === JSON.stringify(mapOf(entriesOf(value)))
