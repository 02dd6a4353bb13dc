import type { Place } from '@piecework/model/flow/kinds/kind'
import { kindOf } from '@piecework/model/flow/kinds/registry'
import type { RouterBranch } from '@piecework/model/flow/router'
import type { Action, Step } from '@piecework/model/flow/step'
import { chainOf, walkInside } from '@piecework/model/flow/walk'
import { frameOf } from '../steps/kinds/registry.ts'
import { BRANCH_TAIL, CARD, CARD_TO_FRAME, EMPTY, GAP, HEAD, LOOP, pillWidth, ROUTER } from './geometry.ts'

/** Steps one after the other, with the room that they take. Everything in it stands around its middle. */
export interface Chain {
  parts: Part[]
  width: number
  height: number
  /** The place of the first step. */
  place: Place
}

/** A step with its frame. */
export interface Part {
  step: Step
  frame?: Frame
  width: number
  height: number
}

export interface Column {
  chain: Chain
  branch: RouterBranch
  index: number
  width: number
}

export type Frame = { width: number; height: number; count: number } & (
  | { kind: 'collapsed'; of: 'loop' | 'router' }
  | { kind: 'loop'; body: Chain }
  | { kind: 'router'; columns: Column[] }
)

/** Measures steps from the inside out. `first` may be the trigger. */
export function measure(
  first: Step | null | undefined,
  place: Place,
  emptyWidth: number,
  collapsed: ReadonlySet<string>,
): Chain {
  const steps: Step[] = first ? [first, ...chainOf(first.nextAction)] : []
  const parts = steps.map((step) => partOf(step, collapsed))
  if (parts.length === 0) return { parts, width: emptyWidth, height: EMPTY.height, place }
  const height = parts.reduce((sum, part) => sum + part.height, 0) + GAP * (parts.length - 1)
  return { parts, width: Math.max(...parts.map(({ width }) => width)), height, place }
}

function partOf(step: Step, collapsed: ReadonlySet<string>): Part {
  const frame = measuredFrame(step, collapsed)
  if (!frame) return { step, ...CARD }
  return {
    step,
    frame,
    width: Math.max(CARD.width, frame.width),
    height: CARD.height + CARD_TO_FRAME + frame.height,
  }
}

function measuredFrame(step: Step, collapsed: ReadonlySet<string>): Frame | undefined {
  const frame = frameOf(step)
  if (!frame) return undefined
  const count = countInside(step)
  if (collapsed.has(step.name)) return { kind: 'collapsed', of: frame.kind, count, width: CARD.width, height: HEAD }
  const chains = placesIn(step).map(({ action, place }) =>
    measure(action, place, frame.kind === 'loop' ? EMPTY.loop : EMPTY.branch, collapsed),
  )
  if (frame.kind === 'loop') {
    const [body] = chains
    if (!body) return undefined
    const height = HEAD + LOOP.above + body.height + LOOP.below
    return { kind: 'loop', body, count, width: body.width + 2 * LOOP.side, height }
  }
  const columns = chains.flatMap((chain, index): Column[] => {
    const branch = frame.branches[index]
    return branch ? [{ chain, branch, index, width: Math.max(chain.width, pillWidth(branch.branchName)) }] : []
  })
  const tallest = Math.max(EMPTY.height, ...columns.map(({ chain }) => chain.height))
  const content = columns.reduce((sum, { width }) => sum + width, 0) + ROUTER.gap * Math.max(0, columns.length - 1)
  const width = Math.max(CARD.width, content + 2 * ROUTER.side)
  return { kind: 'router', columns, count, width, height: HEAD + ROUTER.above + tallest + ROUTER.below }
}

const countInside = (step: Step): number => [...walkInside(step)].length - 1

export const busAbove = (frameTop: number): number => frameTop + HEAD + ROUTER.bus
export const busBelow = (frameTop: number, frameHeight: number): number =>
  frameTop + frameHeight - ROUTER.below + BRANCH_TAIL.bus

/** The places inside a step, and the first action in each. */
export const placesIn = (step: Step): { action: Action | null; place: Place }[] =>
  kindOf(step)
    .slots(step)
    .map(({ action, location, branchIndex }) => ({ action, place: { parentStep: step.name, location, branchIndex } }))
