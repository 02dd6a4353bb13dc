import { invalid } from '../invalid.ts'
import { areBranchesValid, changeBranch, isBranchConditionFilled, textsOfBranch } from '../router.ts'
import type { RouterAction } from '../step.ts'
import { type AnyStep, defineActionKind, type Slot, withSample } from './kind.ts'

const TYPE = 'ROUTER'

export const isRouter = <S extends Pick<AnyStep, 'type'>>(step: S): step is Extract<S, { type: typeof TYPE }> =>
  step.type === TYPE

/** Runs the branches whose conditions hold. */
export const router = defineActionKind<RouterAction>(TYPE, {
  make: (base, settings) => ({ ...base, type: TYPE, settings, children: settings.branches.map(() => null) }),
  heads: ({ children }) => children,
  detach(step) {
    step.children = [...step.children]
  },
  slots: (step) => step.children.map((_, index) => branchOf(step, index)),
  slotAt(step, { location, branchIndex }) {
    if (location === 'INSIDE_BRANCH') return branchOf(step, existingBranch(step, branchIndex))
    if (location !== 'AFTER')
      throw invalid(`a step goes INSIDE_BRANCH or AFTER the router ${step.name}`, {
        ...{ stepName: step.name, field: 'location', value: location },
      })
    return undefined
  },
  withSample,
  *texts({ branches }) {
    for (const branch of branches) yield* textsOfBranch(branch)
  },
  changed: (settings, change) => ({
    ...settings,
    branches: settings.branches.map((branch) => changeBranch(branch, change)),
  }),
  validate: ({ branches }) => ({ valid: areBranchesValid(branches) }),
  *problems({ branches }) {
    for (const [branchIndex, branch] of branches.entries())
      if (branch.branchType !== 'FALLBACK' && !branch.conditions.flat().every(isBranchConditionFilled))
        yield { field: `branch ${branch.branchName}`, branchIndex, message: 'has a condition with an empty value' }
  },
  /** Keeps the children, one per new branch. An update may not remove branches with steps. */
  keep(step, before) {
    if (hasHomeless(before, step.settings.branches.length))
      throw invalid(`the update of router ${step.name} would lose steps of its branches: use DELETE_BRANCH`, {
        ...{ stepName: step.name, field: 'settings.branches' },
      })
    step.children = step.settings.branches.map((_, index) => before.children[index] ?? null)
  },
  settle(step) {
    const count = step.settings.branches.length
    const refusal = hasHomeless(step, count) ? `router ${step.name} has more children than branches` : undefined
    step.children = step.settings.branches.map((_, index) => step.children[index] ?? null)
    return refusal
  },
  ways({ children, settings }, { output: { output }, steps, path }) {
    const branches: unknown = Reflect.get(Object(output), 'branches')
    if (!Array.isArray(branches)) return []
    const taken = children.filter((_, index) => Reflect.get(Object(branches[index]), 'evaluation') === true)
    const ways = settings.executionType === 'EXECUTE_FIRST_MATCH' ? taken.slice(0, 1) : taken
    return ways.map((first) => ({ first: first ?? undefined, steps, path }))
  },
})

const hasHomeless = ({ children }: RouterAction, branches: number): boolean =>
  children.slice(branches).some((child) => child !== null)

/** The index, if the router has such a branch; throws otherwise. */
export function existingBranch({ name, settings: { branches } }: RouterAction, index: number | undefined): number {
  const place = { stepName: name, field: 'branchIndex', value: index }
  if (index === undefined) throw invalid(`branchIndex is needed for the router ${name}`, place)
  if (index < 0 || index >= branches.length)
    throw invalid(`branchIndex ${index} is out of range: router ${name} has ${branches.length} branches`, place)
  return index
}

function branchOf(step: RouterAction, index: number): Slot {
  return {
    location: 'INSIDE_BRANCH',
    branchIndex: index,
    action: step.children[index] ?? null,
    set(action) {
      step.children[index] = action ?? null
    },
  }
}
