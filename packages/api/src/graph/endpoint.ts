import type { z } from 'zod'
import type { Method } from '../endpoint.ts'

/** From when an endpoint is not to be used any more, and from when it is gone: at least twelve months later. */
export interface Deprecation {
  /** ISO dates. */
  since: string
  sunset: string
  /** The page that says what to use instead. */
  guide: string
}

/** An endpoint of the graph API. Its answers are in an envelope, which the schemas leave out. */
export interface GraphEndpoint {
  readonly method: Method
  /** Below `/v1`; parameters begin with a colon. */
  readonly path: string
  /** A stable name for clients: `<noun>.<verb>`. */
  readonly operationId: string
  readonly summary: string
  /** The scope that a key needs; null for anybody. */
  readonly scope: 'read' | 'write' | null
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Names and meanings of headers of the request. */
  readonly headers?: Readonly<Record<string, string>>
  /** The schema of `data`, or of an item of a list. */
  readonly response: z.ZodType
  /** `data` is a list, and `meta` tells of its pages. */
  readonly isList?: true
  /** The answer is a file of this kind, which has no envelope; a refusal has one. */
  readonly sends?: 'csv' | 'zip'
  /** The status of the success answer; the default is 200. */
  readonly status?: 200 | 201
  readonly deprecated?: Deprecation
}

/** Declares an endpoint as data; the literal types are kept. */
export function graphEndpoint<const E extends GraphEndpoint>(definition: E): E {
  return definition
}
