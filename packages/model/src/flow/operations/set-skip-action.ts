import { z } from 'zod'
import { copyTree } from '../walk.ts'
import { actionsNamed } from './edit.ts'
import { versionOperation } from './operation.ts'

/** Makes runs skip actions, or stop skipping them. */
export const SET_SKIP_ACTION = versionOperation(
  'SET_SKIP_ACTION',
  z.object({ names: z.array(z.string()), skip: z.boolean() }),
  (version, { names, skip }) => {
    if (names.length === 0) return version
    const trigger = copyTree(version.trigger)
    for (const action of actionsNamed(trigger, names)) action.skip = skip
    return { ...version, trigger }
  },
)
