import { z } from 'zod'

/** A list in a query: the key may come once, several times, or with brackets. */
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

const TIME = { error: 'must be an ISO 8601 time with its zone, such as 2026-01-31T12:00:00Z' }

/** A time in a request. A date alone means the beginning of that day, in UTC. */
export const Time = z.union(
  [z.iso.datetime({ offset: true, ...TIME }), z.iso.date(TIME).transform((day) => `${day}T00:00:00.000Z`)],
  TIME,
)

/** A name that people see; with `.` or `/` it could look like a link. */
export const DisplayName = z
  .string()
  .trim()
  .min(1)
  .regex(/^[^./]*$/, 'must not contain . or /')

/** The part of an address behind its @. */
export const Domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$/,
    'must be a domain such as example.com',
  )

export const Email = z.string().trim().max(254).pipe(z.email('must be an e-mail address'))

/** An empty answer: the request succeeded. */
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
