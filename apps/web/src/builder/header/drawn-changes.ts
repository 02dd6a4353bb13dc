import type { FlowVersion } from '@piecework/model/flow/flow'
import { placesOf } from '@piecework/model/flow/inverse'
import { kindOf } from '@piecework/model/flow/kinds/registry'
import { insertAction } from '@piecework/model/flow/operations/edit'
import type { Action } from '@piecework/model/flow/step'
import { copyTree, isAction, walk } from '@piecework/model/flow/walk'
import type { CardChange } from '../canvas/context.ts'
import { changesBetween } from './changes.ts'

interface DrawnChanges {
  /** The later version, with the removed steps where they were. */
  version: FlowVersion
  changes: ReadonlyMap<string, CardChange>
}

/** The differences between two versions, as one flow to be drawn. */
export function drawnChanges(before: FlowVersion, after: FlowVersion): DrawnChanges {
  const changes = new Map(changesBetween(before, after).map(({ name, kind }) => [name, kind]))
  const trigger = copyTree(after.trigger)
  const places = placesOf(before.trigger)
  // In reading order: the step that a removed one stood behind, or in, is there already.
  for (const step of walk(before.trigger)) {
    const place = places.get(step.name)
    if (changes.get(step.name) !== 'removed' || !isAction(step) || !place) continue
    try {
      insertAction(trigger, place, alone(step))
    } catch {
      // Its branch is gone, too: it is counted, and not drawn.
    }
  }
  return { version: { ...after, trigger }, changes }
}

/** The step without those after and inside it. */
function alone(step: Action): Action {
  const copy = copyTree(step)
  delete copy.nextAction
  for (const slot of kindOf(copy).slots(copy)) slot.set(undefined)
  return copy
}
