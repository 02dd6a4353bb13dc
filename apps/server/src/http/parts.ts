import type { z } from 'zod'
import { InvalidRequest, type RequestPart } from './errors.ts'

/** The type of a part of a request, by the schema of an endpoint; undefined without one. */
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
