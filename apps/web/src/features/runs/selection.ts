import type { Run, RunFilters } from '../../api/runs.ts'

/** Chosen runs: some by name, or all that match but some. */
export type Selection = { all: false; ids: ReadonlySet<string> } | { all: true; except: ReadonlySet<string> }

export const NOTHING: Selection = { all: false, ids: new Set() }

export const isChosen = (selection: Selection, id: string): boolean =>
  selection.all ? !selection.except.has(id) : selection.ids.has(id)

export const isEmpty = (selection: Selection): boolean => !selection.all && selection.ids.size === 0

/** @returns the selection with one run more or less. */
export function withRun(selection: Selection, id: string, isOn: boolean): Selection {
  const set = new Set(selection.all ? selection.except : selection.ids)
  if (isOn === selection.all) set.delete(id)
  else set.add(id)
  return selection.all ? { all: true, except: set } : { all: false, ids: set }
}

/** @returns the selection with all runs of a page, or without them. */
export const withPage = (selection: Selection, runs: readonly Run[], isOn: boolean): Selection =>
  runs.reduce((result, { id }) => withRun(result, id, isOn), selection)

/** The selection as the API takes it. */
export function choiceOf(selection: Selection, projectId: string, filters: RunFilters) {
  return selection.all
    ? { projectId, ...filters, ...(selection.except.size > 0 && { excludeFlowRunIds: [...selection.except] }) }
    : { projectId, flowRunIds: [...selection.ids] }
}
