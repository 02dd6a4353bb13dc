import { idOf } from '../../ui/value-rows.ts'
import type { Path } from './reference.ts'

/** A line of the data picker under a step. */
export interface PickRow {
  id: string
  step: string
  path: Path
  key: string
  value: unknown
  depth: number
  /** How many values are inside; undefined for a single value. */
  size: number | undefined
  isOpen: boolean
  /** It stands for this key in every item of the list above. */
  isEach: boolean
}

/** Lines of one step, at most; a search reaches those beyond. */
const MAX_ROWS = 20_000
/** Items of a list that are looked at for the keys that all of them have. */
const EACH_SAMPLE = 20

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The items of a value. For a list of objects, the entries of "all items of" come first. */
function* inside(value: object): Generator<{ key: string | number; item: unknown; isEach: boolean }> {
  if (!Array.isArray(value)) {
    for (const [key, item] of Object.entries(value)) yield { key, item, isEach: false }
    return
  }
  for (const [key, item] of eachKeys(value)) yield { key, item, isEach: true }
  for (const [index, item] of value.entries()) yield { key: index, item, isEach: false }
}

/** The keys of the items of a list with, for each, the values that the items have there. */
export function eachKeys(list: readonly unknown[]): [string, unknown[]][] {
  if (list.length < 2) return []
  const found = new Map<string, unknown[]>()
  for (const item of list.slice(0, EACH_SAMPLE)) {
    if (!isBranch(item) || Array.isArray(item)) return []
    for (const [key, value] of Object.entries(item)) found.set(key, [...(found.get(key) ?? []), value])
  }
  return [...found]
}

/**
 * The lines of one step, as deep as they are open.
 * @param isOpen whether what is inside of a line shows
 */
export function pickRows(step: string, value: unknown, isOpen: (id: string, depth: number) => boolean): PickRow[] {
  const rows: PickRow[] = []
  const add = (branch: object, path: Path): void => {
    for (const { key, item, isEach } of inside(branch)) {
      if (rows.length >= MAX_ROWS) return
      const here = [...path, key]
      const id = `${step}${isEach ? '*' : ''}${idOf(here)}`
      const size = isBranch(item) && !isEach ? Object.keys(item).length : undefined
      const opens = size !== undefined && size > 0 && isOpen(id, path.length)
      rows.push({
        id,
        step,
        path: here,
        key: String(key),
        value: item,
        depth: path.length,
        size,
        isOpen: opens,
        isEach,
      })
      if (opens && isBranch(item)) add(item, here)
    }
  }
  if (isBranch(value)) add(value, [])
  return rows
}

/** Lines that a search gives, at most. */
export const MAX_FOUND = 200

/** Every place whose key or single value holds the words; `depth` is always 0, because the whole path shows. */
export function searchRows(step: string, value: unknown, words: string, limit = MAX_FOUND): PickRow[] {
  const wanted = words.trim().toLowerCase()
  const found: PickRow[] = []
  const pending: { value: unknown; path: Path }[] = [{ value, path: [] }]
  for (let next = pending.pop(); next && found.length < limit; next = pending.pop()) {
    if (!isBranch(next.value)) continue
    const deeper: { value: unknown; path: Path }[] = []
    for (const [name, item] of Object.entries(next.value)) {
      const key = Array.isArray(next.value) ? Number(name) : name
      const path = [...next.path, key]
      const isInside = isBranch(item)
      const matches =
        (typeof key === 'string' && key.toLowerCase().includes(wanted)) ||
        (!isInside && String(item).toLowerCase().includes(wanted))
      if (matches && found.length < limit) {
        const size = isInside ? Object.keys(item).length : undefined
        const id = `${step}${idOf(path)}`
        found.push({ id, step, path, key: name, value: item, depth: 0, size, isOpen: false, isEach: false })
      }
      if (isInside) deeper.push({ value: item, path })
    }
    pending.push(...deeper.toReversed())
  }
  return found
}
