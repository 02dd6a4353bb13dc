import type { Slot } from './kinds/kind.ts'
import { kindOf } from './kinds/registry.ts'
import type { Action, Step, Trigger } from './step.ts'

/**
 * Walking the tree of steps. Nothing here recurses and everything is linear in the number of steps, so that a
 * long flow costs time but never the stack.
 */

/** The actions that hang inside a step: the body of a loop, the branches of a router (null where empty). */
export const nestedHeads = (step: Step): readonly (Action | null)[] => kindOf(step).heads(step)

/** Every step of a tree in the order in which people read it: a step, what is inside it, what follows it. */
export function* walk(root: Step): Generator<Step> {
  const pending: Step[] = [root]
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    yield step
    if (step.nextAction) pending.push(step.nextAction)
    pushNested(pending, step)
  }
}

/** A step and everything inside it, without what follows it. */
export function* walkInside(root: Step): Generator<Step> {
  yield root
  const inside: Step[] = []
  pushNested(inside, root)
  for (let step = inside.pop(); step !== undefined; step = inside.pop()) {
    yield step
    if (step.nextAction) inside.push(step.nextAction)
    pushNested(inside, step)
  }
}

function pushNested(pending: Step[], step: Step): void {
  for (const head of nestedHeads(step).toReversed()) if (head) pending.push(head)
}

/** Whether a step is an action, not the trigger. */
export function isAction(step: Step): step is Action {
  return !kindOf(step).isTrigger
}

/** The steps of one sequence: `first` and what follows it, without what is inside them. */
export function chainOf(first: Action | null | undefined): Action[] {
  const chain: Action[] = []
  for (let action = first; action; action = action.nextAction) chain.push(action)
  return chain
}

/** The step with this name, or undefined. */
export function findStep(trigger: Trigger, name: string): Step | undefined {
  for (const step of walk(trigger)) if (step.name === name) return step
  return undefined
}

/** The names of all steps. */
export function stepNames(trigger: Trigger): Set<string> {
  const names = new Set<string>()
  for (const step of walk(trigger)) names.add(step.name)
  return names
}

/**
 * Gives out names for new steps: each call the lowest `step_N` (N from 1) that is not in `taken`, which then
 * holds it.
 */
export function unusedNames(taken: Set<string>): () => string {
  let n = 1
  return () => {
    while (taken.has(`step_${n}`)) n++
    const name = `step_${n}`
    taken.add(name)
    return name
  }
}

/** The loops and routers around a step, outermost first; undefined when there is no such step. */
export function enclosing(trigger: Trigger, name: string): Action[] | undefined {
  const pending: { step: Step; around: Action[] }[] = [{ step: trigger, around: [] }]
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const { step, around } = entry
    if (step.name === name) return around
    if (step.nextAction) pending.push({ step: step.nextAction, around })
    if (!isAction(step)) continue
    for (const head of nestedHeads(step)) if (head) pending.push({ step: head, around: [...around, step] })
  }
  return undefined
}

/**
 * A copy of the tree in which every step object is new and its settings are shared, so that links and settings
 * may be replaced (never changed in place) without touching the original.
 */
export function copyTree<S extends Step>(root: S): S {
  const copy = { ...root }
  const pending: Step[] = [copy]
  const take = (action: Action): Action => {
    const taken = { ...action }
    pending.push(taken)
    return taken
  }
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    if (step.nextAction) step.nextAction = take(step.nextAction)
    const kind = kindOf(step)
    kind.detach(step)
    for (const slot of kind.slots(step)) if (slot.action) slot.set(take(slot.action))
  }
  return copy
}

/** The longest path from a step down to a leaf, in links: it limits every recursion over the tree. */
export function depthOf(root: Step): number {
  let deepest = 0
  const pending: { step: Step; depth: number }[] = [{ step: root, depth: 1 }]
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    const depth = entry.depth
    deepest = Math.max(deepest, depth)
    if (entry.step.nextAction) pending.push({ step: entry.step.nextAction, depth: depth + 1 })
    for (const head of nestedHeads(entry.step)) if (head) pending.push({ step: head, depth: depth + 1 })
  }
  return deepest
}

/** A place in a tree where an action hangs; `set(undefined)` empties it. */
interface HeldSlot {
  action: Action
  set(action: Action | undefined): void
}

/** The slots of one step that hold an action. Setting one changes the step, so use it on a copy of the tree. */
function slotsOf(step: Step): HeldSlot[] {
  const slots = kindOf(step).slots(step).flatMap(held)
  if (step.nextAction) slots.push({ action: step.nextAction, set: (action) => assign(step, 'nextAction', action) })
  return slots
}

const held = ({ action, set }: Slot): HeldSlot[] => (action ? [{ action, set }] : [])

/** Sets a link, or removes its key: an absent link has no key at all. */
function assign<K extends string>(target: { [key in K]?: Action | undefined }, key: K, action: Action | undefined) {
  if (action) target[key] = action
  else delete target[key]
}

/** The slot that holds the action with this name, or undefined (the trigger hangs nowhere). */
export function findSlot(trigger: Trigger, name: string): HeldSlot | undefined {
  for (const step of walk(trigger)) {
    const slot = slotsOf(step).find((candidate) => candidate.action.name === name)
    if (slot) return slot
  }
  return undefined
}
