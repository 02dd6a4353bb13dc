import { z } from 'zod'
import { existingBranch } from '../kinds/router.ts'
import { areBranchesValid } from '../router.ts'
import { copyTree } from '../walk.ts'
import { routerNamed } from './edit.ts'
import { versionOperation } from './operation.ts'

/** Removes a branch with the steps in it. */
export const DELETE_BRANCH = versionOperation(
  'DELETE_BRANCH',
  z.object({ stepName: z.string(), branchIndex: z.number().int() }),
  (version, request) => {
    const trigger = copyTree(version.trigger)
    const router = routerNamed(trigger, request.stepName)
    const index = existingBranch(router, request.branchIndex)
    router.settings = { ...router.settings, branches: router.settings.branches.toSpliced(index, 1) }
    router.valid = areBranchesValid(router.settings.branches)
    router.children = router.children.toSpliced(index, 1)
    return { ...version, trigger }
  },
)
