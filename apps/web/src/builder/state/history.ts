import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import { renamed } from './fold.ts'

interface Step {
  operations: readonly VersionOperation[]
  merge?: string | undefined
}

export interface History {
  undo: readonly Step[]
  redo: readonly Step[]
}

export const NO_HISTORY: History = { undo: [], redo: [] }

/** More than anybody undoes; older edits are forgotten. */
const LONGEST = 200

/** After an edit. Edits with the same merge key that follow each other are undone together. */
export function remembered(history: History, inverse: readonly VersionOperation[], merge?: string): History {
  const last = history.undo.at(-1)
  const isMore = merge !== undefined && last?.merge === merge
  return { undo: isMore ? history.undo : [...history.undo, { operations: inverse, merge }].slice(-LONGEST), redo: [] }
}

/** After an undo (or redo), which what it did makes possible to take back. */
export function turned(history: History, from: 'undo' | 'redo', inverse: readonly VersionOperation[]): History {
  const to = from === 'undo' ? 'redo' : 'undo'
  const turn = { operations: inverse }
  return { ...history, [from]: history[from].slice(0, -1), [to]: [...history[to], turn].slice(-LONGEST) }
}

export const withoutLast = (history: History, from: 'undo' | 'redo'): History => ({
  ...history,
  [from]: history[from].slice(0, -1),
})

/** Puts new names of steps into the history. */
export function renamedHistory({ undo, redo }: History, names: ReadonlyMap<string, string>): History {
  const rename = (steps: readonly Step[]): Step[] =>
    steps.map((step) => ({ ...step, operations: step.operations.map((operation) => renamed(operation, names)) }))
  return { undo: rename(undo), redo: rename(redo) }
}
