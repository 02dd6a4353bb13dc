import type { FormField } from '../../api/graph.ts'

/** An answer as text: files by their names, choices one after another. */
export function answerText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.map(answerText).join(', ')
  if (typeof value === 'object') return String(Reflect.get(value, 'name') ?? JSON.stringify(value))
  return typeof value === 'boolean' ? (value ? '✓' : '–') : String(value)
}

/** The answers in the order of the form, then those to fields that it no longer has. */
export function answersOf(
  fields: readonly FormField[],
  data: Record<string, unknown>,
): { name: string; label: string; value: unknown }[] {
  const known = new Set(fields.map(({ name }) => name))
  return [
    ...fields.map(({ name, label }) => ({ name, label: label || name, value: data[name] })),
    ...Object.entries(data).flatMap(([name, value]) => (known.has(name) ? [] : [{ name, label: name, value }])),
  ]
}
