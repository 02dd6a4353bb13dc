import { z } from 'zod'

/** A list in a query: the key once, repeated, or with brackets. */
export function queryList<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value: z.input<T> | z.input<T>[] | undefined) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).optional(),
  )
}

/** `true` or `false` in a query. */
export const queryFlag = z.preprocess(
  (value: boolean | 'true' | 'false' | undefined) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean('must be true or false').optional(),
)

/** A name that people see; `.` and `/` would let it pass for a link (spec: facts/errors.md, Ids). */
export const DisplayName = z
  .string()
  .min(1)
  .regex(/^[^./]+$/, 'must not contain . or /')

/** The answer that says nothing but that it was done. */
export const Nothing = z.object({})

export const IdParams = z.object({ id: z.string() })

const MAX_LIMIT = 1000

/** The `cursor` and `limit` of a list. */
export function pageQuery(defaultLimit: number, maxLimit: number = MAX_LIMIT) {
  return {
    cursor: z.string().optional().describe('From `next` or `previous` of another page.'),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .default(defaultLimit)
      .transform((limit) => Math.min(limit, maxLimit))
      .describe(`At most ${maxLimit}.`),
  }
}

/** The schema of a page. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), next: z.string().nullable(), previous: z.string().nullable() })
}
