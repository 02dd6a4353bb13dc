/** Whether the value is an object with keys: not null, not a list. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isNil(value: unknown): value is null | undefined {
  return value === null || value === undefined
}
