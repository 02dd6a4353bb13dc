import { z } from 'zod'

export const TEXT_OPERATORS = [
  'TEXT_CONTAINS',
  'TEXT_DOES_NOT_CONTAIN',
  'TEXT_EXACTLY_MATCHES',
  'TEXT_DOES_NOT_EXACTLY_MATCH',
  'TEXT_START_WITH',
  'TEXT_DOES_NOT_START_WITH',
  'TEXT_ENDS_WITH',
  'TEXT_DOES_NOT_END_WITH',
] as const
export const LIST_OPERATORS = ['LIST_CONTAINS', 'LIST_DOES_NOT_CONTAIN'] as const
export const NUMBER_OPERATORS = ['NUMBER_IS_GREATER_THAN', 'NUMBER_IS_LESS_THAN', 'NUMBER_IS_EQUAL_TO'] as const
export const DATE_OPERATORS = ['DATE_IS_BEFORE', 'DATE_IS_EQUAL', 'DATE_IS_AFTER'] as const
export const SINGLE_VALUE_OPERATORS = [
  'EXISTS',
  'DOES_NOT_EXIST',
  'BOOLEAN_IS_TRUE',
  'BOOLEAN_IS_FALSE',
  'LIST_IS_EMPTY',
  'LIST_IS_NOT_EMPTY',
] as const

export const BranchOperator = z.enum([
  ...TEXT_OPERATORS,
  ...LIST_OPERATORS,
  ...NUMBER_OPERATORS,
  ...DATE_OPERATORS,
  ...SINGLE_VALUE_OPERATORS,
])
export type BranchOperator = z.infer<typeof BranchOperator>

const SINGLE_VALUE: ReadonlySet<string> = new Set(SINGLE_VALUE_OPERATORS)
/** Whether the operator looks at `firstValue` alone. */
export const isSingleValue = (operator: BranchOperator | undefined): boolean =>
  operator !== undefined && SINGLE_VALUE.has(operator)

export const BranchCondition = z.object({
  firstValue: z.string(),
  operator: BranchOperator.optional(),
  secondValue: z.string().optional(),
  caseSensitive: z.boolean().optional(),
})
export type BranchCondition = z.infer<typeof BranchCondition>

/** Outer list: groups joined by OR; inner list: conditions joined by AND. */
export const BranchConditions = z.array(z.array(BranchCondition))
export type BranchConditions = z.infer<typeof BranchConditions>

export const RouterBranch = z.discriminatedUnion('branchType', [
  z.object({ branchType: z.literal('CONDITION'), branchName: z.string(), conditions: BranchConditions }),
  z.object({ branchType: z.literal('FALLBACK'), branchName: z.string() }),
])
export type RouterBranch = z.infer<typeof RouterBranch>

export const RouterExecutionType = z.enum(['EXECUTE_FIRST_MATCH', 'EXECUTE_ALL_MATCH'])
export type RouterExecutionType = z.infer<typeof RouterExecutionType>

/** Whether every condition is filled in. */
export function areBranchesValid(branches: readonly RouterBranch[]): boolean {
  return branches.every(isBranchValid)
}

function isBranchValid(branch: RouterBranch): boolean {
  if (branch.branchType === 'FALLBACK') return true
  return branch.conditions.flat().every(isBranchConditionFilled)
}

/** Whether a condition has all the values that its operator looks at. */
export function isBranchConditionFilled({ firstValue, operator, secondValue }: BranchCondition): boolean {
  return firstValue.length > 0 && (isSingleValue(operator) || (secondValue ?? '').length > 0)
}

/** Every text of a branch that may hold expressions. */
export function* textsOfBranch(branch: RouterBranch): Generator<string> {
  if (branch.branchType === 'FALLBACK') return
  for (const { firstValue, secondValue } of branch.conditions.flat()) {
    yield firstValue
    if (secondValue !== undefined) yield secondValue
  }
}

/** The branch with every such text changed. */
export function changeBranch(branch: RouterBranch, change: (text: string) => string): RouterBranch {
  if (branch.branchType === 'FALLBACK') return branch
  const conditions = branch.conditions.map((group) =>
    group.map((condition) => ({
      ...condition,
      firstValue: change(condition.firstValue),
      ...(condition.secondValue === undefined ? {} : { secondValue: change(condition.secondValue) }),
    })),
  )
  return { ...branch, conditions }
}
