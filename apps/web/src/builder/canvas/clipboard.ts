import type { Place } from '@piecework/model/flow/kinds/kind'
import { kindOf } from '@piecework/model/flow/kinds/registry'
import { FlowOperation, isVersionOperation, type VersionOperation } from '@piecework/model/flow/operations/registry'
import { renameReferences } from '@piecework/model/flow/references'
import { Action, type Trigger } from '@piecework/model/flow/step'
import { ActionRequest } from '@piecework/model/flow/step-request'
import {
  chainOf,
  copyTree,
  findStep,
  isAction,
  stepNames,
  unusedNames,
  walk,
  walkInside,
} from '@piecework/model/flow/walk'
import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'

const Copied = z.object({ type: z.literal('COPY_ACTIONS'), actions: z.array(Action) })

/** The chosen steps without those that are inside of other chosen ones, in reading order, each alone. */
export function topmost(trigger: Trigger, names: readonly string[]): Action[] {
  const chosen = new Set(names)
  const inside = new Set<string>()
  const found: Action[] = []
  for (const step of walk(trigger)) {
    if (!isAction(step) || !chosen.has(step.name) || inside.has(step.name)) continue
    for (const { name } of walkInside(step)) inside.add(name)
    const { nextAction: _, ...alone } = copyTree(step)
    found.push(alone as Action)
  }
  return found
}

/** The text that other flows, tabs and products of the same format take. */
export const clipboardText = (actions: readonly Action[]): string => JSON.stringify({ type: 'COPY_ACTIONS', actions })

/** The steps of a text that was copied; undefined when it is something else. */
export function actionsOfText(text: string): Action[] | undefined {
  const { success, data } = Copied.safeParse(parseJson(text))
  return success && data.actions.length > 0 ? data.actions : undefined
}

/** Operations that add copies of steps, with what is inside of them, at a place. References between them follow. */
export function pasteOperations(
  trigger: Trigger,
  actions: readonly Action[],
  place: Place,
): { operations: VersionOperation[]; names: string[] } {
  const nextName = unusedNames(stepNames(trigger))
  const names = new Map<string, string>()
  const copies = actions.map((action) => copyTree(action))
  for (const copy of copies) for (const step of walkInside(copy)) names.set(step.name, nextName())
  for (const copy of copies)
    for (const step of walkInside(copy)) {
      step.name = names.get(step.name) ?? step.name
      renameReferences(step, names)
    }
  const operations: VersionOperation[] = []
  let at = place
  for (const copy of copies) {
    operations.push(...additionsOf(copy, at))
    at = { parentStep: copy.name, location: 'AFTER', branchIndex: undefined }
  }
  return { operations, names: copies.map(({ name }) => name) }
}

function* additionsOf(action: Action, place: Place): Generator<VersionOperation> {
  const { parentStep, location, branchIndex } = place
  const request = {
    parentStep,
    stepLocationRelativeToParent: location,
    branchIndex,
    action: ActionRequest.parse(action),
  }
  const operation = FlowOperation.parse({ type: 'ADD_ACTION', request })
  if (isVersionOperation(operation)) yield operation
  for (const slot of kindOf(action).slots(action)) {
    let at: Place = { parentStep: action.name, location: slot.location, branchIndex: slot.branchIndex }
    for (const inner of chainOf(slot.action)) {
      yield* additionsOf(inner, at)
      at = { parentStep: inner.name, location: 'AFTER', branchIndex: undefined }
    }
  }
}

/** Whether a place is in a step or right around it, so that moving it there changes nothing or is not possible. */
export function isOwnPlace(trigger: Trigger, name: string, { parentStep }: Place): boolean {
  const step = findStep(trigger, name)
  return step !== undefined && [...walkInside(step)].some((inner) => inner.name === parentStep)
}
