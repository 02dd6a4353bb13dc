import { z } from 'zod'

/** A list in a query: the key once, repeated, or with brackets. */
export function queryList<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).optional(),
  )
}

/** `true` or `false` in a query. */
export const queryFlag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean('must be true or false').optional(),
)

export const IdParams = z.object({ id: z.string() })
