import { type PickRow, pickRows, searchRows } from './picker-rows.ts'
import { writeReference } from './reference.ts'
import type { Source } from './samples.ts'

/** A line of the picker: a step, a value of it, or why it has none. */
export type Line =
  | { kind: 'step'; id: string; source: Source; isOpen: boolean }
  | { kind: 'value'; id: string; row: PickRow }
  | { kind: 'note'; id: string; step: string; note: 'untested' | 'loading' | 'single' }

/** Whether there is more inside a line. */
export const canOpen = (line: Line): boolean =>
  line.kind === 'step' || (line.kind === 'value' && (line.row.size ?? 0) > 0)

/** Steps that are open at first. */
const OPEN_STEPS = 2
/** Levels that are open at first. */
const OPEN_DEPTH = 1

/** The lines for the steps, as they are open, or those that a search finds. @param turned what is not as at first */
export function linesOf(sources: readonly Source[], turned: ReadonlySet<string>, words: string): Line[] {
  if (words.trim() !== '') return sources.flatMap((source) => found(source, words))
  return sources.flatMap((source, index): Line[] => {
    const { step, sample, isLoading } = source
    const isOpen = index < OPEN_STEPS !== turned.has(step.name)
    const head: Line = { kind: 'step', id: step.name, source, isOpen }
    if (!isOpen) return [head]
    if (!sample.isKnown)
      return [head, { kind: 'note', id: `${step.name}?`, step: step.name, note: isLoading ? 'loading' : 'untested' }]
    return [head, ...valueLines(source, turned)]
  })
}

function valueLines({ step, sample }: Source, turned: ReadonlySet<string>): Line[] {
  const value = sample.isKnown ? sample.value : undefined
  if (typeof value !== 'object' || value === null) return [single(step.name, value)]
  const rows = pickRows(step.name, value, (id, depth) => depth < OPEN_DEPTH !== turned.has(id))
  return rows.map((row) => ({ kind: 'value', id: row.id, row }))
}

/** A step may give a bare text or number. */
const single = (step: string, value: unknown): Line => {
  const row = {
    id: `${step}[]`,
    step,
    path: [],
    key: '',
    value,
    depth: 0,
    size: undefined,
    isOpen: false,
    isEach: false,
  }
  return { kind: 'value', id: row.id, row }
}

function found(source: Source, words: string): Line[] {
  const { step, sample } = source
  if (!sample.isKnown) return []
  const rows = searchRows(step.name, sample.value, words)
  if (rows.length === 0) return []
  return [
    { kind: 'step', id: step.name, source, isOpen: true },
    ...rows.map((row): Line => ({ kind: 'value', id: row.id, row })),
  ]
}

/** The expression for a line, with its braces. */
export const referenceTo = ({ step, path, isEach }: PickRow): string => `{{${writeReference({ step, path, isEach })}}}`
