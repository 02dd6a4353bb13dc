import { z } from 'zod'
import { copyTree } from '../walk.ts'
import { cloneAction } from './clone.ts'
import { actionNamed, link } from './edit.ts'
import { versionOperation } from './operation.ts'

/** Puts a copy of an action and what is inside it right after it. */
export const DUPLICATE_ACTION = versionOperation(
  'DUPLICATE_ACTION',
  z.object({ stepName: z.string() }),
  (version, { stepName }, context) => {
    const trigger = copyTree(version.trigger)
    const original = actionNamed(trigger, stepName)
    const clone = cloneAction(trigger, original, context.now)
    link(clone, original.nextAction)
    link(original, clone)
    return { ...version, trigger }
  },
)
