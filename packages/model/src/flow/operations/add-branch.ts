import { z } from 'zod'
import { MAX_DISPLAY_NAME } from '../bounds.ts'
import { invalid } from '../invalid.ts'
import { areBranchesValid, BranchConditions } from '../router.ts'
import { copyTree } from '../walk.ts'
import { routerNamed } from './edit.ts'
import { versionOperation } from './operation.ts'

const EMPTY_CONDITIONS: BranchConditions = [
  [{ firstValue: '', operator: 'TEXT_CONTAINS', secondValue: '', caseSensitive: false }],
]

/** Inserts an empty branch with conditions. */
export const ADD_BRANCH = versionOperation(
  'ADD_BRANCH',
  z.object({
    stepName: z.string(),
    branchIndex: z.number().int(),
    branchName: z.string().max(MAX_DISPLAY_NAME),
    conditions: BranchConditions.optional(),
  }),
  (version, request) => {
    const trigger = copyTree(version.trigger)
    const router = routerNamed(trigger, request.stepName)
    const { branches } = router.settings
    const { branchIndex, branchName, conditions = EMPTY_CONDITIONS } = request
    if (branchIndex < 0 || branchIndex > branches.length) {
      throw invalid(
        `branchIndex ${branchIndex} is out of range: router ${router.name} has ${branches.length} branches`,
        {
          ...{ stepName: router.name, field: 'branchIndex', value: branchIndex },
        },
      )
    }
    const branch = { branchType: 'CONDITION' as const, branchName, conditions }
    router.settings = { ...router.settings, branches: branches.toSpliced(branchIndex, 0, branch) }
    router.valid = areBranchesValid(router.settings.branches)
    router.children = router.children.toSpliced(branchIndex, 0, null)
    return { ...version, trigger }
  },
)
