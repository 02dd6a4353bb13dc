/** A list of objects as rows and columns. */
export interface TableOf {
  /** The path of the list in the value. */
  path: string
  columns: string[]
  rows: Record<string, unknown>[]
  /** Rows of the list, with those that are not shown. */
  count: number
}

export const MAX_TABLE_ROWS = 200
const MAX_COLUMNS = 20
/** Levels that are searched for a list. */
const MAX_DEPTH = 3

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The first list of objects of a value, nearest to its top. */
export function tableOf(value: unknown): TableOf | undefined {
  let level: { value: unknown; path: string }[] = [{ value, path: '' }]
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    for (const { value: one, path } of level) {
      const rows = Array.isArray(one) ? one.filter(isRecord) : []
      if (rows.length > 0)
        return { path, rows: rows.slice(0, MAX_TABLE_ROWS), columns: columnsOf(rows), count: rows.length }
    }
    level = level.flatMap(({ value: one, path }) =>
      isRecord(one)
        ? Object.entries(one).map(([key, inner]) => ({ value: inner, path: path === '' ? key : `${path}.${key}` }))
        : [],
    )
  }
  return undefined
}

function columnsOf(rows: readonly Record<string, unknown>[]): string[] {
  const columns = new Set<string>()
  for (const row of rows.slice(0, MAX_TABLE_ROWS)) for (const key of Object.keys(row)) columns.add(key)
  return [...columns].slice(0, MAX_COLUMNS)
}
