import type { z } from 'zod'
import { InvalidRequest, type RequestPart } from './errors.ts'

/** What the schema of an endpoint makes of a part of a request; undefined where it has none. */
export type Part<E, K extends 'params' | 'query' | 'body'> = E extends {
  readonly [P in K]: z.ZodType<infer Output>
}
  ? Output
  : undefined

/** @throws InvalidRequest that names the fields */
export function parsePart(part: RequestPart, schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  throw new InvalidRequest(part, parsed.error, value)
}
