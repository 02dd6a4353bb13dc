import { AppError } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import { parseJson } from '@piecework/model/parse-json'
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import { z } from 'zod'

/** One column of the order of a list. The last one must be unique: then no row is skipped or repeated. */
export interface OrderColumn {
  /** Column or `table.column`. */
  ref: string
  /** Name of the value in the row and in the cursor. */
  key: string
  direction: 'asc' | 'desc'
  kind: 'text' | 'time'
}

export interface PageRequest {
  cursor?: string | undefined
  limit: number
  /** Rows to pass over, for lists with numbered pages; it does not count with a cursor. */
  offset?: number | undefined
}

/** A list that has one page only. */
export function singlePage<T>(data: T[]): SeekPage<T> {
  return { data, next: null, previous: null }
}

type Way = 'next' | 'prev'
type Position = Record<string, string>

/** Leaves of a query the rows of one page, in the order of the list. */
export type Slice = <DB, TB extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, TB, Row>,
) => SelectQueryBuilder<DB, TB, Row>

/**
 * One page of a query, in the given order, by keyset: the cursor holds the values of the row at the edge.
 * @param query must select every order column under its key, and have no order of its own. It may use the slice for
 *   parts of it: the page of a union is among the pages of its parts.
 * @throws AppError INVALID_CURSOR when the cursor was not made by this list.
 */
export async function paginate<DB, TB extends keyof DB, Row extends object>(
  query: SelectQueryBuilder<DB, TB, Row> | ((slice: Slice) => SelectQueryBuilder<DB, TB, Row>),
  order: readonly OrderColumn[],
  { cursor, limit, offset }: PageRequest,
): Promise<SeekPage<Row>> {
  const { way, position } =
    cursor === undefined ? { way: 'next' as const, position: undefined } : readCursor(cursor, order)
  const backwards = way === 'prev'
  const slice: Slice = (whole) => {
    // A constant: for a number that it cannot see, the planner would rather sort the whole list.
    let page = whole.limit(sql.lit(limit + 1))
    if (position) page = page.where(beyond(order, position, backwards))
    else if (offset) page = page.offset(sql.lit(offset))
    for (const column of order) page = page.orderBy(sql.ref(column.ref), flip(column.direction, backwards))
    return page
  }
  const rows = await slice(typeof query === 'function' ? query(slice) : query).execute()
  const more = rows.length > limit
  const found = more ? rows.slice(0, limit) : rows
  const data = (backwards ? found.toReversed() : found) as Row[]
  const first = data[0]
  const last = data.at(-1)
  const hasNext = backwards ? position !== undefined : more
  const hasPrevious = backwards ? more : position !== undefined
  return {
    data,
    next: hasNext && last ? writeCursor('next', last, order) : null,
    previous: hasPrevious && first ? writeCursor('prev', first, order) : null,
  }
}

const flip = (direction: 'asc' | 'desc', backwards: boolean): 'asc' | 'desc' =>
  (direction === 'asc') === backwards ? 'desc' : 'asc'

/** Rows that come after the position: (a, b) > (x, y), written out because columns may differ in direction. */
function beyond(order: readonly OrderColumn[], position: Position, backwards: boolean): RawBuilder<boolean> {
  const alternatives = order.map((column, index) => {
    const equal = order
      .slice(0, index)
      .map((earlier) => sql<boolean>`${sql.ref(earlier.ref)} = ${literal(earlier, position)}`)
    const past = flip(column.direction, backwards) === 'asc' ? sql`>` : sql`<`
    return sql<boolean>`(${sql.join([...equal, sql`${sql.ref(column.ref)} ${past} ${literal(column, position)}`], sql` and `)})`
  })
  return sql<boolean>`(${sql.join(alternatives, sql` or `)})`
}

function literal(column: OrderColumn, position: Position): RawBuilder<unknown> {
  const value = position[column.key]
  return column.kind === 'time' ? sql`${value}::timestamptz` : sql`${value}::text`
}

function writeCursor(way: Way, row: object, order: readonly OrderColumn[]): string {
  const values = new Map<string, unknown>(Object.entries(row))
  const position = Object.fromEntries(order.map(({ key }) => [key, String(values.get(key))]))
  return encode(`${way}_${encode(JSON.stringify(position))}`)
}

function readCursor(cursor: string, order: readonly OrderColumn[]): { way: Way; position: Position } {
  const [, way, inner] = /^(next|prev)_(.+)$/.exec(decode(cursor)) ?? []
  const position = positionSchema(order).safeParse(parseJson(decode(inner ?? '')))
  if ((way === 'next' || way === 'prev') && position.success) return { way, position: position.data }
  throw new AppError('INVALID_CURSOR', { field: 'cursor', message: 'cursor: does not belong to this list', cursor })
}

function positionSchema(order: readonly OrderColumn[]) {
  const time = z.iso.datetime()
  return z.strictObject(Object.fromEntries(order.map(({ key, kind }) => [key, kind === 'time' ? time : NoNul])))
}

// PostgreSQL's text cannot hold NUL.
const NoNul = z.string().refine((value) => !value.includes('\0'))

const encode = (text: string): string => Buffer.from(text).toString('base64')
const decode = (text: string): string => Buffer.from(text, 'base64').toString()
