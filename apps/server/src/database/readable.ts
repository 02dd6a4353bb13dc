import { z } from 'zod'

/**
 * A stored value as its schema says, or what stands in for one that is damaged: a bad row must not keep those around it
 * from being shown. Only what is wrong is copied.
 */
export function readable<T, F>(schema: z.ZodType<T>, value: unknown, standIn: F): T | F {
  const parsed = schema.safeParse(value)
  return parsed.success ? parsed.data : standIn
}

const StoredMap = z.record(z.string(), z.unknown())

/** The metadata that clients keep with an entity. */
export const readableMap = (value: unknown): Record<string, unknown> | null => readable(StoredMap, value, null)
