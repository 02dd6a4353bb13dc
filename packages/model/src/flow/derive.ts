import { agentIdsOf, connectionIdsOf } from './connections.ts'
import type { FlowVersion } from './flow.ts'
import type { Step, Trigger } from './step.ts'
import { isAction, walk } from './walk.ts'

/** Whether a step does not prevent publishing: it is valid, or an action that is skipped. */
function isFine(step: Step): boolean {
  return step.valid || (isAction(step) && step.skip === true)
}

/** Whether every step is valid, skipped actions aside. */
export function isTreeValid(trigger: Trigger): boolean {
  for (const step of walk(trigger)) if (!isFine(step)) return false
  return true
}

/** The number of steps that prevent publishing. */
export function countUnready(trigger: Trigger): number {
  let count = 0
  for (const step of walk(trigger)) if (!isFine(step)) count++
  return count
}

/** The version with everything that follows from its tree computed again. */
export function withDerived(version: FlowVersion): FlowVersion {
  return {
    ...version,
    valid: isTreeValid(version.trigger),
    connectionIds: connectionIdsOf(version.trigger),
    agentIds: agentIdsOf(version.trigger),
  }
}
