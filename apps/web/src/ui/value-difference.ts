import { idOf } from './value-rows.ts'

/** How a value differs from the one at the same place of another tree. */
export type ValueMark =
  | { kind: 'added' }
  | { kind: 'removed' }
  | { kind: 'changed'; before: unknown }
  | { kind: 'inside' }

export interface ValueDifference {
  /** The value, with what only the other one has in its place. */
  value: unknown
  /** By the ids of the rows of the tree; what is equal has none. `inside` is a value in which something differs. */
  marks: ReadonlyMap<string, ValueMark>
  /** How many values were added, removed or changed. */
  count: number
}

type Path = readonly (string | number)[]
type Branch = unknown[] | Record<string, unknown>

const isBranch = (value: unknown): value is Branch => typeof value === 'object' && value !== null
const isAlike = (one: Branch, other: Branch): boolean => Array.isArray(one) === Array.isArray(other)

/** Compares two values of JSON; what is undefined is not there. */
export function differenceOf(value: unknown, other: unknown): ValueDifference {
  const marks = new Map<string, ValueMark>()
  let count = 0
  const mark = (path: Path, kind: ValueMark): void => {
    marks.set(idOf(path), kind)
    if (kind.kind === 'inside') return
    count++
    for (let length = path.length - 1; length > 0; length--) {
      const around = idOf(path.slice(0, length))
      if (marks.has(around)) break
      marks.set(around, { kind: 'inside' })
    }
  }
  /** The root has no line of its own when there are values in it: they are marked in its place. */
  const markWhole = (path: Path, whole: unknown, kind: ValueMark): void => {
    if (path.length > 0 || !isBranch(whole)) mark(path, kind)
    else for (const key of keysOf(whole)) mark([key], kind.kind === 'changed' ? { kind: 'added' } : kind)
  }
  const merge = (now: unknown, before: unknown, path: Path): unknown => {
    if (Object.is(now, before)) return now
    if (isBranch(now) && isBranch(before) && isAlike(now, before)) {
      const keys = [...new Set([...keysOf(now), ...keysOf(before)])]
      const parts = keys.map((key) => [key, merge(at(now, key), at(before, key), [...path, key])] as const)
      return Array.isArray(now) ? parts.map(([, part]) => part) : Object.fromEntries(parts)
    }
    const kind: ValueMark =
      now === undefined ? { kind: 'removed' } : before === undefined ? { kind: 'added' } : { kind: 'changed', before }
    markWhole(path, now === undefined ? before : now, kind)
    return now === undefined ? before : now
  }
  return { value: merge(value, other, []), marks, count }
}

const keysOf = (branch: Branch): (string | number)[] =>
  Array.isArray(branch) ? branch.map((_, index) => index) : Object.keys(branch)

const at = (branch: Branch, key: string | number): unknown =>
  Array.isArray(branch) ? branch[Number(key)] : Object.hasOwn(branch, key) ? branch[key] : undefined
