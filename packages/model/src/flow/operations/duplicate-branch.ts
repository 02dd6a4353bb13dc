import { z } from 'zod'
import { invalid } from '../invalid.ts'
import { existingBranch } from '../kinds/router.ts'
import { renameInBranch } from '../references.ts'
import { copyTree } from '../walk.ts'
import { cloneSequence, copyName } from './clone.ts'
import { routerNamed } from './edit.ts'
import { versionOperation } from './operation.ts'

/** Puts a copy of a branch, with copies of its steps, right after it. */
export const DUPLICATE_BRANCH = versionOperation(
  'DUPLICATE_BRANCH',
  z.object({ stepName: z.string(), branchIndex: z.number().int() }),
  (version, request, context) => {
    const trigger = copyTree(version.trigger)
    const router = routerNamed(trigger, request.stepName)
    const index = existingBranch(router, request.branchIndex)
    const branch = router.settings.branches[index]
    // With two of them neither would ever run.
    if (branch?.branchType !== 'CONDITION')
      throw invalid('the fallback branch of a router cannot be duplicated', {
        ...{ stepName: router.name, field: 'branchIndex', value: index },
      })
    const child = router.children[index]
    const { copy: clone, names } = child ? cloneSequence(trigger, child, context.now) : { copy: null, names: new Map() }
    const twin = { ...renameInBranch(branch, names), branchName: copyName(branch.branchName) }
    router.settings = { ...router.settings, branches: router.settings.branches.toSpliced(index + 1, 0, twin) }
    router.children = router.children.toSpliced(index + 1, 0, clone)
    return { ...version, trigger }
  },
)
