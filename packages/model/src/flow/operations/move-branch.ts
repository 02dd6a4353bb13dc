import { z } from 'zod'
import { copyTree } from '../walk.ts'
import { routerNamed } from './edit.ts'
import { versionOperation } from './operation.ts'

/** Takes a branch to another index. Nothing happens when either index is out of range, or the fallback's. */
export const MOVE_BRANCH = versionOperation(
  'MOVE_BRANCH',
  z.object({ stepName: z.string(), sourceBranchIndex: z.number().int(), targetBranchIndex: z.number().int() }),
  (version, { stepName, sourceBranchIndex: source, targetBranchIndex: target }) => {
    const trigger = copyTree(version.trigger)
    const router = routerNamed(trigger, stepName)
    const { branches } = router.settings
    const branch = branches[source]
    if (source === target || branch?.branchType !== 'CONDITION' || branches[target]?.branchType !== 'CONDITION') {
      return version
    }
    const child = router.children[source] ?? null
    router.settings = { ...router.settings, branches: branches.toSpliced(source, 1).toSpliced(target, 0, branch) }
    router.children = router.children.toSpliced(source, 1).toSpliced(target, 0, child)
    return { ...version, trigger }
  },
)
