/** Every text in a JSON value, however deep. */
export function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* textsIn(part)
}

/** The map with every text in it changed, however deep. */
export function changeMap(map: Record<string, unknown>, change: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, changeValue(value, change)]))
}

function changeValue(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => changeValue(item, change))
  if (typeof value === 'object' && value !== null) return changeMap({ ...value }, change)
  return value
}
