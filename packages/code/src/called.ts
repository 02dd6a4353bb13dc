import type { FlowVersion } from '@piecework/model/flow/flow'
import type { Action, Step } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'

/** Flows that call flows: the piece, and what a program makes of its actions. */

export const SUBFLOWS = '@activepieces/piece-subflows'
export const CALL_FLOW = 'callFlow'
export const RETURN_RESPONSE = 'returnResponse'
const CALLABLE_FLOW = 'callableFlow'

/** A program takes no more flows with it. */
export const MAX_CALLED_FLOWS = 100
/** Calls in calls of a program, which has all of them in memory. */
export const MAX_CALL_DEPTH = 1000

/** The flow that a step calls, by its external id; undefined for other steps, and where an expression says which. */
export function calledBy(step: Step | Action): string | undefined {
  if (step.type !== 'PIECE') return undefined
  const { pieceName, actionName, input } = step.settings
  if (pieceName !== SUBFLOWS || actionName !== CALL_FLOW) return undefined
  return externalIdIn(input)
}

/** @param input that of a step which calls a flow */
export function externalIdIn(input: object): string | undefined {
  const id: unknown = Reflect.get(Object(Reflect.get(input, 'flow')), 'externalId')
  return typeof id === 'string' && !id.includes('{{') ? id : undefined
}

/** The flows that a flow calls, by their external ids. */
export function calledIn(version: FlowVersion): Set<string> {
  const called = new Set<string>()
  for (const step of walk(version.trigger)) {
    const id = calledBy(step)
    if (id !== undefined) called.add(id)
  }
  return called
}

/** Whether flows can call this one. */
export const isCallable = ({ trigger }: FlowVersion): boolean =>
  trigger.type === 'PIECE_TRIGGER' &&
  trigger.settings.pieceName === SUBFLOWS &&
  trigger.settings.triggerName === CALLABLE_FLOW

/** The reason of a step that calls a flow which the program does not have. */
export const notWithin = (wanted: string | null | undefined): string =>
  `The program does not have the flow that it calls${wanted ? ` (${wanted})` : ''}: publish it, and export this one again.`
