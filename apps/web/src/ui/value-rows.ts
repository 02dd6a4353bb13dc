/** A line of a tree of values. */
export interface ValueRow {
  /** Unique in the tree: the keys from the root. */
  id: string
  path: readonly (string | number)[]
  key: string
  value: unknown
  depth: number
  /** How many values are inside; undefined for a single value. */
  size: number | undefined
  isOpen: boolean
}

/** No tree shows more lines at once; what is beyond them is reached by closing some. */
export const MAX_ROWS = 20_000

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null

export const idOf = (path: readonly (string | number)[]): string => JSON.stringify(path)

/**
 * The lines of a tree, as deep as it is open.
 * @param isOpen whether what is inside of a line shows
 */
export function valueRows(value: unknown, isOpen: (id: string, depth: number) => boolean): ValueRow[] {
  const rows: ValueRow[] = []
  /** @param start the id of the line around, up to its closing bracket: of a long list, writing each whole takes long */
  const add = (inner: object, path: readonly (string | number)[], start: string): void => {
    const isList = Array.isArray(inner)
    for (const [key, item] of Object.entries(inner)) {
      if (rows.length >= MAX_ROWS) return
      const here = [...path, isList ? Number(key) : key]
      const unclosed = `${start}${isList ? key : JSON.stringify(key)}`
      const id = `${unclosed}]`
      const size = isBranch(item) ? Object.keys(item).length : undefined
      const opens = size !== undefined && size > 0 && isOpen(id, path.length)
      rows.push({ id, path: here, key, value: item, depth: path.length, size, isOpen: opens })
      if (opens && isBranch(item)) add(item, here, `${unclosed},`)
    }
  }
  if (isBranch(value)) add(value, [], '[')
  else rows.push({ id: '[]', path: [], key: '', value, depth: 0, size: undefined, isOpen: false })
  return rows
}

const LONGEST = 500

/** A single value on one line, as JSON writes it. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'undefined'
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, LONGEST + 1)) : String(JSON.stringify(value))
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
