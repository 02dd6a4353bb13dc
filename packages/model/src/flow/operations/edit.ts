import { invalid } from '../invalid.ts'
import type { Place } from '../kinds/kind.ts'
import { kindOf } from '../kinds/registry.ts'
import { isRouter } from '../kinds/router.ts'
import type { Action, RouterAction, Step, Trigger } from '../step.ts'
import { findSlot, findStep, isAction, walk } from '../walk.ts'

/** Edits that operations share. All of them change the tree that they get, so give them a copy. */

/**
 * Puts an action (with what is inside it) at a place; the step that was there follows it. Refuses a parent that does
 * not exist, a missing or wrong location under a loop or router, an unknown branch.
 */
export function insertAction(trigger: Trigger, place: Place, action: Action): void {
  const parent = findStep(trigger, place.parentStep)
  if (!parent)
    throw invalid(`parent step ${place.parentStep} does not exist`, {
      ...{ stepName: action.name, field: 'parentStep', value: place.parentStep },
    })
  const slot = kindOf(parent).slotAt(parent, place)
  if (slot) {
    link(action, slot.action)
    slot.set(action)
    return
  }
  // A step of any other kind has no inner steps, so the new one follows it for any location.
  link(action, parent.nextAction)
  parent.nextAction = action
}

/** Makes `next` (or nothing) follow a step. */
export function link(step: Step, next: Action | null | undefined): void {
  if (next) step.nextAction = next
  else delete step.nextAction
}

/** Takes an action with what is inside it out of the tree; what followed it takes its place. */
export function removeAction(trigger: Trigger, name: string): Action {
  const slot = findSlot(trigger, name)
  if (!slot) throw notAnAction(name, findStep(trigger, name))
  const { action } = slot
  slot.set(action.nextAction)
  link(action, undefined)
  return action
}

/** Takes actions with what is inside them out of the tree, in one pass; what followed each takes its place. */
export function removeActions(trigger: Trigger, names: ReadonlySet<string>): void {
  const firstKept = (head: Action | null | undefined): Action | undefined => {
    let action = head
    while (action && names.has(action.name)) action = action.nextAction
    return action ?? undefined
  }
  for (const step of walk(trigger)) {
    link(step, firstKept(step.nextAction))
    for (const slot of kindOf(step).slots(step)) slot.set(firstKept(slot.action))
  }
}

/** The actions with these names, each once. Refuses the trigger and unknown names. */
export function actionsNamed(trigger: Trigger, names: Iterable<string>): Action[] {
  const steps = new Map<string, Step>()
  for (const step of walk(trigger)) steps.set(step.name, step)
  return [...new Set(names)].map((name) => {
    const step = steps.get(name)
    if (!step || !isAction(step)) throw notAnAction(name, step)
    return step
  })
}

/** The action with this name. Refuses the trigger and unknown names. */
export function actionNamed(trigger: Trigger, name: string): Action {
  const step = findStep(trigger, name)
  if (!step || !isAction(step)) throw notAnAction(name, step)
  return step
}

/** The router with this name. Refuses everything else. */
export function routerNamed(trigger: Trigger, name: string): RouterAction {
  const step = findStep(trigger, name)
  const place = { stepName: name, field: 'stepName', value: name }
  if (!step) throw invalid(`step ${name} does not exist`, place)
  if (!isRouter(step)) throw invalid(`step ${name} is not a router`, place)
  return step
}

function notAnAction(name: string, step: Step | undefined) {
  return invalid(step ? `step ${name} is the trigger, not an action` : `step ${name} does not exist`, {
    ...{ stepName: name, value: name },
  })
}
