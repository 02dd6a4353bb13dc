import { z } from 'zod'
import { copyTree } from '../walk.ts'
import { actionsNamed, removeActions } from './edit.ts'
import { versionOperation } from './operation.ts'

/** Removes actions with what is inside them; what follows each takes its place. */
export const DELETE_ACTION = versionOperation(
  'DELETE_ACTION',
  z.object({ names: z.array(z.string()) }),
  (version, { names }) => {
    if (names.length === 0) return version
    const trigger = copyTree(version.trigger)
    actionsNamed(trigger, names)
    removeActions(trigger, new Set(names))
    return { ...version, trigger }
  },
)
