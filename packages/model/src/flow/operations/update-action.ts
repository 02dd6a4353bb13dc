import { actionFrom } from '../action-from.ts'
import { kindOf } from '../kinds/registry.ts'
import { sampleDataOf, setSampleData } from '../sample-data.ts'
import { ActionRequest } from '../step-request.ts'
import { copyTree, findSlot } from '../walk.ts'
import { actionNamed, link } from './edit.ts'
import { versionOperation } from './operation.ts'

/**
 * Replaces the settings of an action as a whole. What follows it stays; what is inside it and its sample data
 * stay while its type stays.
 */
export const UPDATE_ACTION = versionOperation('UPDATE_ACTION', ActionRequest, (version, request, context) => {
  const trigger = copyTree(version.trigger)
  const before = actionNamed(trigger, request.name)
  const after = actionFrom({ ...request, skip: request.skip ?? before.skip }, context.now)
  link(after, before.nextAction)
  if (before.type === after.type) {
    setSampleData(after, sampleDataOf(before))
    kindOf(after).keep(after, before)
  }
  findSlot(trigger, request.name)?.set(after)
  return { ...version, trigger }
})
