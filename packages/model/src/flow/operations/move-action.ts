import { z } from 'zod'
import { invalid } from '../invalid.ts'
import { StepLocation } from '../step-request.ts'
import { copyTree, walkInside } from '../walk.ts'
import { actionNamed, insertAction, removeAction } from './edit.ts'
import { versionOperation } from './operation.ts'

/** Takes an action with what is inside it to another place. */
export const MOVE_ACTION = versionOperation(
  'MOVE_ACTION',
  z.object({
    name: z.string(),
    newParentStep: z.string(),
    stepLocationRelativeToNewParent: StepLocation.optional(),
    branchIndex: z.number().int().optional(),
  }),
  (version, request) => {
    const trigger = copyTree(version.trigger)
    for (const step of walkInside(actionNamed(trigger, request.name))) {
      if (step.name === request.newParentStep)
        throw invalid(`step ${request.name} cannot move into or after itself`, {
          ...{ stepName: request.name, field: 'newParentStep', value: request.newParentStep },
        })
    }
    const action = removeAction(trigger, request.name)
    const place = {
      parentStep: request.newParentStep,
      location: request.stepLocationRelativeToNewParent,
      branchIndex: request.branchIndex,
    }
    insertAction(trigger, place, action)
    return { ...version, trigger }
  },
)
