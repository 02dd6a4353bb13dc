import { z } from 'zod'
import { actionFrom } from '../action-from.ts'
import { invalid } from '../invalid.ts'
import { isUsableStepName, unusableStepName } from '../step-name.ts'
import { ActionRequest, StepLocation } from '../step-request.ts'
import { copyTree, stepNames } from '../walk.ts'
import { insertAction } from './edit.ts'
import { versionOperation } from './operation.ts'

/** Puts a new action after a step, into a loop or into a branch; what was there follows it. */
export const ADD_ACTION = versionOperation(
  'ADD_ACTION',
  z.object({
    parentStep: z.string(),
    stepLocationRelativeToParent: StepLocation.optional(),
    branchIndex: z.number().int().optional(),
    action: ActionRequest,
  }),
  (version, request, context) => {
    const { name } = request.action
    const named = { stepName: name, field: 'action.name', value: name }
    if (!isUsableStepName(name)) throw invalid(unusableStepName(name), named)
    if (stepNames(version.trigger).has(name)) throw invalid(`there is already a step named ${name}`, named)
    const trigger = copyTree(version.trigger)
    const place = {
      parentStep: request.parentStep,
      location: request.stepLocationRelativeToParent,
      branchIndex: request.branchIndex,
    }
    insertAction(trigger, place, actionFrom(request.action, context.now))
    return { ...version, trigger }
  },
)
