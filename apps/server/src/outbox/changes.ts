/** @returns the fields whose new values differ, as they were and as they are now. */
export function changesOf<T extends object>(
  known: T,
  given: { readonly [K in keyof T]?: unknown },
): { before: Record<string, unknown>; after: Record<string, unknown> } {
  const before: Record<string, unknown> = {}
  const after: Record<string, unknown> = {}
  const old = new Map<string, unknown>(Object.entries(known))
  for (const [field, value] of Object.entries(given)) {
    const was = old.get(field) ?? null
    if (value === undefined || JSON.stringify(was) === JSON.stringify(value ?? null)) continue
    before[field] = was
    after[field] = value
  }
  return { before, after }
}
