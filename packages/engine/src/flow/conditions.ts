import { namesRealDay } from '@piecework/model/calendar'
import type { BranchOperator } from '@piecework/model/flow/router'
import { parseJson } from '@piecework/model/parse-json'
import dayjs from 'dayjs'
import { z } from 'zod'
import { ExecutionError } from '../errors.ts'

/** Conditions of a router, after resolution: values may be of any type. */

const ResolvedCondition = z.object({
  firstValue: z.unknown().optional(),
  secondValue: z.unknown().optional(),
  operator: z.unknown().optional(),
  caseSensitive: z.unknown().optional(),
})
export type ResolvedCondition = z.infer<typeof ResolvedCondition>

/** A branch after resolution: every text in it may have become any value. */
export const ResolvedBranch = z.discriminatedUnion('branchType', [
  z.object({
    branchType: z.literal('CONDITION'),
    branchName: z.unknown(),
    conditions: z.array(z.array(ResolvedCondition)),
  }),
  z.object({ branchType: z.literal('FALLBACK'), branchName: z.unknown() }),
])
export type ResolvedBranch = z.infer<typeof ResolvedBranch>

/** Whether any group holds; in a group all conditions must. No groups: false; an empty group: true. */
export function evaluateConditions(groups: ResolvedCondition[][]): boolean {
  return groups.some((group) => group.every(evaluateCondition))
}

/** @throws ExecutionError of kind ENGINE when the condition has no operator */
export function evaluateCondition(condition: ResolvedCondition): boolean {
  const evaluate = BY_NAME.get(condition.operator)
  if (evaluate === undefined) {
    throw new ExecutionError('EngineGenericError', `A condition has no known operator: ${String(condition.operator)}`)
  }
  const { firstValue: first, secondValue: second } = condition
  return evaluate({ first, second, caseSensitive: condition.caseSensitive === true })
}

type Values = { first: unknown; second: unknown; caseSensitive: boolean }

const OPERATORS: Record<BranchOperator, (values: Values) => boolean> = {
  TEXT_CONTAINS: byText((a, b) => a.includes(b)),
  TEXT_DOES_NOT_CONTAIN: byText((a, b) => !a.includes(b)),
  TEXT_EXACTLY_MATCHES: byText((a, b) => a === b),
  TEXT_DOES_NOT_EXACTLY_MATCH: byText((a, b) => a !== b),
  TEXT_START_WITH: byText((a, b) => a.startsWith(b)),
  TEXT_DOES_NOT_START_WITH: byText((a, b) => !a.startsWith(b)),
  TEXT_ENDS_WITH: byText((a, b) => a.endsWith(b)),
  TEXT_DOES_NOT_END_WITH: byText((a, b) => !a.endsWith(b)),
  LIST_CONTAINS: listContains,
  LIST_DOES_NOT_CONTAIN: (values) => !listContains(values),
  NUMBER_IS_GREATER_THAN: byNumber((a, b) => a > b),
  NUMBER_IS_LESS_THAN: byNumber((a, b) => a < b),
  NUMBER_IS_EQUAL_TO: byNumber((a, b) => a === b),
  DATE_IS_BEFORE: byDate((a, b) => a < b),
  DATE_IS_EQUAL: byDate((a, b) => a === b),
  DATE_IS_AFTER: byDate((a, b) => a > b),
  EXISTS: ({ first }) => exists(first),
  DOES_NOT_EXIST: ({ first }) => !exists(first),
  BOOLEAN_IS_TRUE: ({ first }) => Boolean(first),
  BOOLEAN_IS_FALSE: ({ first }) => !first,
  LIST_IS_EMPTY: ({ first }) => listOf(first)?.length === 0,
  LIST_IS_NOT_EMPTY: ({ first }) => (listOf(first)?.length ?? 0) > 0,
}

const BY_NAME = new Map<unknown, (values: Values) => boolean>(Object.entries(OPERATORS))

const exists = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

function byText(holds: (a: string, b: string) => boolean): (values: Values) => boolean {
  return ({ first, second, caseSensitive }) => holds(asText(first, caseSensitive), asText(second, caseSensitive))
}

function asText(value: unknown, caseSensitive: boolean): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return caseSensitive ? text : text.toLowerCase()
}

function listContains({ first, second, caseSensitive }: Values): boolean {
  const parsed = typeof first === 'string' ? (parseJson(first) ?? first) : first
  const list = Array.isArray(parsed) ? parsed : [parsed]
  const wanted = asText(second, caseSensitive)
  return list.some((item) => asText(item, caseSensitive) === wanted)
}

function listOf(value: unknown): unknown[] | undefined {
  const parsed = typeof value === 'string' ? parseJson(value) : value
  return Array.isArray(parsed) ? parsed : undefined
}

/** Both sides as numbers, or both as text when neither is one; a number never compares with a text. */
const INTEGER = /^\s*[+-]?\d+\s*$/

/** Integers that a number cannot hold exactly, as ids of many services are, are compared by all their digits. */
function longIntegers(first: unknown, second: unknown): [bigint, bigint] | undefined {
  const [a, b] = [String(first), String(second)]
  if (!INTEGER.test(a) || !INTEGER.test(b)) return undefined
  return Number.isSafeInteger(Number(a)) && Number.isSafeInteger(Number(b)) ? undefined : [integer(a), integer(b)]
}

const integer = (text: string): bigint => BigInt(text.trim().replace(/^\+/, ''))

function byNumber(
  holds: (a: number | string | bigint, b: number | string | bigint) => boolean,
): (values: Values) => boolean {
  return ({ first, second }) => {
    const long = longIntegers(first, second)
    if (long) return holds(...long)
    const [a, b] = [Number(first), Number(second)]
    if (!Number.isNaN(a) && !Number.isNaN(b)) return holds(a, b)
    if (Number.isNaN(a) && Number.isNaN(b)) return holds(String(first), String(second))
    return false
  }
}

function byDate(holds: (a: number, b: number) => boolean): (values: Values) => boolean {
  return ({ first, second }) => {
    const [a, b] = [dateOf(first), dateOf(second)]
    return a !== undefined && b !== undefined && holds(a, b)
  }
}

function dateOf(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && !(value instanceof Date)) return undefined
  if (value === '' || (typeof value === 'string' && !namesRealDay(value))) return undefined
  const date = dayjs(value)
  return date.isValid() ? date.valueOf() : undefined
}
