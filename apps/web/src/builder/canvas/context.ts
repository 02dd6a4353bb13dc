import type { Place } from '@piecework/model/flow/kinds/kind'
import type { Step } from '@piecework/model/flow/step'
import type { StepOutput } from '@piecework/model/run/step-output'
import { createContext, useContext } from 'react'
import type { Tone } from '../../ui/badge.tsx'
import type { MenuEntry } from '../../ui/menu.tsx'
import type { Other } from '../state/types.ts'
import type { Pieces } from '../steps/pieces.ts'
import type { OwnSteps } from './kept.ts'

/** The actions on a canvas whose flow can be edited. */
export interface CanvasActs {
  add(place: Place, anchor: Element): void
  replaceTrigger(anchor: Element): void
  /** @param step its links may be old */
  menuOf(step: Step): readonly MenuEntry[]
  branchMenuOf(router: string, index: number): readonly MenuEntry[]
  addBranch(router: string): void
  renameBranch(router: string, index: number, name: string): void
  move(name: string, place: Place): void
  updateNote(id: string, change: NoteChange): void
  deleteNote(id: string): void
}

export interface NoteChange {
  content?: string
  color?: 'orange' | 'red' | 'green' | 'blue' | 'purple' | 'yellow'
  position?: { x: number; y: number }
  size?: { width: number; height: number }
}

/** How a step differs from that of another version. */
export type CardChange = 'added' | 'removed' | 'changed' | 'moved'

export const CHANGE_TONES = {
  added: 'success',
  removed: 'failed',
  changed: 'running',
  moved: 'plain',
} as const satisfies Record<CardChange, Tone>

interface CanvasState {
  selected: ReadonlySet<string>
  open: string | null
  /** The results of the steps, when the canvas shows a run. */
  outputs: ReadonlyMap<string, StepOutput> | undefined
  /** How the steps differ from another version, when the canvas compares. */
  changes: ReadonlyMap<string, CardChange> | undefined
  pieces: Pieces
  others: readonly Other[]
  /** Undefined where the flow is only looked at. */
  acts: CanvasActs | undefined
  /** The step that is being dragged. */
  dragged: string | null
  setDragged(name: string | null): void
  toggleFrame(name: string): void
  choose(name: string, more: boolean): void
  /** The branch whose name is being edited, as `router/0`. */
  renaming: string | null
  setRenaming(branch: string | null): void
}

/** The steps, for what they say: see keptSteps. Apart from the state of the canvas, as each key that is typed changes it. */
export const StepsContext = createContext<OwnSteps>(new Map())

export const useSteps = (): OwnSteps => useContext(StepsContext)

export const CanvasContext = createContext<CanvasState | null>(null)

export function useCanvas(): CanvasState {
  const state = useContext(CanvasContext)
  if (!state) throw new Error('There is no canvas here')
  return state
}
