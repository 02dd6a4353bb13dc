import { z } from 'zod'

/** The shapes that endpoints of the graph API share. */

/** The codes of errors, with their statuses. Of the others of a status, the nearest is meant. */
export const GRAPH_ERRORS = {
  VALIDATION_ERROR: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
} as const satisfies Record<string, number>
export type GraphErrorCode = keyof typeof GRAPH_ERRORS

export const GraphError = z.object({
  success: z.literal(false),
  error: z.object({
    code: z.enum(Object.keys(GRAPH_ERRORS) as [GraphErrorCode, ...GraphErrorCode[]]),
    message: z.string(),
    /** `fields` says by field what is wrong; of a graph, `nodes` and `edges` have the ids that it is about. */
    details: z.record(z.string(), z.unknown()),
  }),
})
export type GraphError = z.infer<typeof GraphError>

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100
const MAX_PAGE = 100_000

/** By page or by cursor. */
export const pageFields = {
  page: z.coerce.number().int().min(1).max(MAX_PAGE).default(1).describe('From 1.'),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).describe(`At most ${MAX_LIMIT}.`),
  cursor: z.string().max(2000).optional().describe('From `next_cursor` of another page; `page` does not count then.'),
}
export const PageFields = z.object(pageFields)
export type PageFields = z.output<typeof PageFields>

export const ListMeta = z.object({
  page: z.number().int(),
  limit: z.number().int(),
  total: z.number().int(),
  next_cursor: z.string().nullable(),
  has_more: z.boolean(),
})
export type ListMeta = z.infer<typeof ListMeta>

/** Texts that are stored as such: half a character would come back as another one. */
export const wholeText = (text: z.ZodString): z.ZodString =>
  text.refine((given) => given.isWellFormed(), 'must not hold half a character (a lone surrogate)')

export const IdParam = z.object({ id: z.string().min(1).max(200) })

export const Deleted = z.object({ id: z.string(), deleted: z.literal(true) })
