import type { FlowVersion } from '@piecework/model/flow/flow'
import { stepNames } from '@piecework/model/flow/walk'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { History } from './history.ts'
import { MOST_WAITING, type Queue } from './queue.ts'
import type { FlowHead, OpenFlow, Other, Refusal, SaveState, View } from './types.ts'

/** Everything that a builder shows. */
export interface BuilderState {
  flow: FlowHead
  /** The draft with everything that waits for the server. */
  version: FlowVersion
  /** The names of the chosen steps. */
  selection: readonly string[]
  openStep: string | null
  view: View
  /** Nothing can be edited: no permission, an older version, a run. */
  isReadOnly: boolean
  save: SaveState
  /** Operations that were not applied, newest last, until they are dismissed. */
  refusals: readonly Refusal[]
  canUndo: boolean
  canRedo: boolean
  /** Who else has the flow open. */
  others: readonly Other[]
}

export type Screen = StoreApi<BuilderState>

export function createScreen({ version, ...flow }: OpenFlow, mayWrite: boolean): Screen {
  return createStore<BuilderState>(() => ({
    flow,
    version,
    selection: [],
    openStep: null,
    view: 'draft',
    isReadOnly: !mayWrite,
    save: { kind: 'saved' },
    refusals: [],
    canUndo: false,
    canRedo: false,
    others: [],
  }))
}

/** Shows a version, and how far the queue is with it. */
export function show(screen: Screen, version: FlowVersion, queue: Queue, history: History): void {
  const names = stepNames(version.trigger)
  screen.setState(({ selection, openStep, refusals }) => ({
    flow: queue.head(),
    version,
    save: saveState(queue, refusals),
    selection: selection.every((name) => names.has(name)) ? selection : selection.filter((name) => names.has(name)),
    openStep: openStep !== null && names.has(openStep) ? openStep : null,
    canUndo: history.undo.length > 0,
    canRedo: history.redo.length > 0,
  }))
}

function saveState(queue: Queue, refusals: readonly Refusal[]): SaveState {
  const count = queue.count()
  if (count > 0) return queue.isOffline() ? { kind: 'waiting', count } : { kind: 'saving' }
  const last = refusals.at(-1)
  return last ? { kind: 'failed', reason: last.reason, stepName: last.stepName, field: last.field } : { kind: 'saved' }
}

export function showRefusal(screen: Screen, refusal: Refusal): void {
  screen.setState(({ refusals }) => ({ refusals: [...refusals, refusal].slice(-MOST_WAITING) }))
}

/** Steps got other names: those that are chosen stay chosen. */
export function renameChosen(screen: Screen, names: ReadonlyMap<string, string>): void {
  screen.setState(({ selection, openStep }) => ({
    selection: selection.map((name) => names.get(name) ?? name),
    openStep: openStep === null ? null : (names.get(openStep) ?? openStep),
  }))
}
