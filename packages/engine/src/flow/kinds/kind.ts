import type { Action } from '@piecework/model/flow/step'
import type { PreparedVersion } from '../../protocol.ts'
import type { PlannedBase, PlannedStep } from '../planned.ts'

/** Context for planning a step. */
export interface Planning {
  prepared: PreparedVersion
  /** Names of all steps of the flow, which templates may use. */
  names: ReadonlySet<string>
  /** Plans the steps inside the step. */
  chain(first: Action | null | undefined): PlannedStep | undefined
}

interface Parts<A> {
  /** It leads to other steps: it is journalled before they run, without waiting. */
  isWay?: boolean
  /** The first steps of the chains inside it. */
  heads?(action: A): readonly (Action | null | undefined)[]
  plan(action: A, base: PlannedBase, planning: Planning): PlannedStep
}

/** How the engine runs a kind of step: plan gives the step its execute and test. */
export interface StepKind {
  readonly type: string
  readonly isWay: boolean
  heads(action: { type: string }): readonly (Action | null | undefined)[]
  plan(action: { type: string }, base: PlannedBase, planning: Planning): PlannedStep
}

const NOTHING: readonly never[] = []

export function defineKind<A extends { type: string }>(type: A['type'], parts: Parts<A>): StepKind {
  const isOwn = (action: { type: string }): action is A => action.type === type
  const own = (action: { type: string }): A => {
    if (isOwn(action)) return action
    throw new Error(`The kind ${type} got a step of the type ${action.type}`)
  }
  return {
    type,
    isWay: parts.isWay === true,
    heads: (action) => parts.heads?.(own(action)) ?? NOTHING,
    plan: (action, base, planning) => parts.plan(own(action), base, planning),
  }
}
