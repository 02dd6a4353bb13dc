import {
  type BranchCondition,
  type BranchConditions,
  type BranchOperator,
  DATE_OPERATORS,
  isSingleValue,
  LIST_OPERATORS,
  NUMBER_OPERATORS,
  SINGLE_VALUE_OPERATORS,
  TEXT_OPERATORS,
} from '@piecework/model/flow/router'

/** The operators as people look for them. */
export const OPERATOR_GROUPS = {
  text: TEXT_OPERATORS,
  number: NUMBER_OPERATORS,
  date: DATE_OPERATORS,
  list: [...LIST_OPERATORS, ...SINGLE_VALUE_OPERATORS.filter((name) => name.startsWith('LIST_'))],
  other: SINGLE_VALUE_OPERATORS.filter((name) => !name.startsWith('LIST_')),
} as const satisfies Record<string, readonly BranchOperator[]>

const TEXT: ReadonlySet<string> = new Set([...TEXT_OPERATORS, ...LIST_OPERATORS])

/** Whether upper and lower case may count for an operator. */
export const knowsCase = (operator: BranchOperator | undefined): boolean => operator !== undefined && TEXT.has(operator)

export const emptyCondition = (): BranchCondition => ({
  firstValue: '',
  operator: 'TEXT_CONTAINS',
  secondValue: '',
  caseSensitive: false,
})

/** The condition with another operator, and with the values that this one looks at. */
export function withOperator(condition: BranchCondition, operator: BranchOperator): BranchCondition {
  const { secondValue, caseSensitive, firstValue } = condition
  if (isSingleValue(operator)) return { firstValue, operator }
  return {
    ...{ firstValue, operator, secondValue: secondValue ?? '' },
    ...(knowsCase(operator) ? { caseSensitive: caseSensitive ?? false } : {}),
  }
}

export const changeCondition = (
  groups: BranchConditions,
  group: number,
  index: number,
  condition: BranchCondition,
): BranchConditions => groups.with(group, (groups[group] ?? []).with(index, condition))

/** The groups without a condition; a group goes with its last one, and one empty condition stays. */
export function withoutCondition(groups: BranchConditions, group: number, index: number): BranchConditions {
  const rest = (groups[group] ?? []).toSpliced(index, 1)
  const left = rest.length > 0 ? groups.with(group, rest) : groups.toSpliced(group, 1)
  return left.length > 0 ? left : [[emptyCondition()]]
}

export const addToGroup = (groups: BranchConditions, group: number): BranchConditions =>
  groups.with(group, [...(groups[group] ?? []), emptyCondition()])
