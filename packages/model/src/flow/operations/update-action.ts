import { sampleDataOf, setSampleData } from '../sample-data.ts'
import type { Action, RouterAction } from '../step.ts'
import { copyTree, findSlot } from '../walk.ts'
import { actionNamed, link } from './edit.ts'
import { invalid, versionOperation } from './operation.ts'
import { ActionRequest, actionFrom } from './step-request.ts'

/**
 * Replaces the settings of an action as a whole. What follows it stays; what is inside it and its sample data
 * stay while its type stays.
 */
export const UPDATE_ACTION = versionOperation('UPDATE_ACTION', ActionRequest, (version, request, context) => {
  const trigger = copyTree(version.trigger)
  const before = actionNamed(trigger, request.name)
  const after = actionFrom({ ...request, skip: request.skip ?? before.skip }, context.now)
  link(after, before.nextAction)
  if (before.type === after.type) setSampleData(after, sampleDataOf(before))
  if (before.type === 'LOOP_ON_ITEMS' && after.type === 'LOOP_ON_ITEMS' && before.firstLoopAction) {
    after.firstLoopAction = before.firstLoopAction
  }
  if (before.type === 'ROUTER' && after.type === 'ROUTER') after.children = childrenFor(after, before)
  findSlot(trigger, request.name)?.set(after)
  return { ...version, trigger }
})

/** The old children, one per new branch. Branches that hold steps do not vanish by an update. */
function childrenFor(after: RouterAction, before: RouterAction): (Action | null)[] {
  const count = after.settings.branches.length
  if (before.children.slice(count).some((child) => child !== null)) {
    throw invalid(`the update of router ${after.name} would lose steps of its branches: use DELETE_BRANCH`)
  }
  return after.settings.branches.map((_, index) => before.children[index] ?? null)
}
