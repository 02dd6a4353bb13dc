import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import { FlowOperationRecord as RecordSchema } from '@piecework/model/flow/operations/record'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import { ApiError, ConnectionError } from '@piecework/sdk'
import type { Clash } from './merge.ts'
import type { Seen } from './seen.ts'
import type { Refusal } from './types.ts'

/** Whether the same request may succeed later: no connection, a busy server, a session to be renewed. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ConnectionError) return true
  return error instanceof ApiError && (error.status >= 500 || [401, 408, 429].includes(error.status))
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** An operation that would replace what its author has not seen. */
export const conflictOf = (
  { operation, seen }: { operation: FlowOperation; seen: Seen },
  clashes: readonly Clash[],
  changes: readonly FlowOperationRecord[],
): Refusal => ({
  ...{ operation, seen, clashes, changes },
  reason: 'changed by somebody else',
  code: 'FLOW_OPERATION_CONFLICT',
  stepName: stepOf(operation),
  field: clashes[0]?.path.split('.').at(-1) || undefined,
})

/** Why an operation was not applied, by the answer of the server. */
export function refusalOf(operation: FlowOperation, error: unknown): Refusal {
  const params: Readonly<Record<string, unknown>> = hasParams(error) ? error.params : {}
  const records = RecordSchema.array().safeParse(params.changes)
  return {
    operation,
    reason: text(params.message) ?? (error instanceof Error ? error.message : String(error)),
    code: hasCode(error) ? error.code : 'UNKNOWN',
    stepName: text(params.stepName) ?? stepOf(operation),
    field: text(params.field),
    value: text(params.value),
    changes: records.success ? records.data : [],
    clashes: [],
  }
}

const hasParams = (error: unknown): error is { params: Record<string, unknown> } =>
  error instanceof Error && 'params' in error && typeof error.params === 'object' && error.params !== null

const hasCode = (error: unknown): error is { code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'

/** The step that an operation is about. */
function stepOf({ request }: FlowOperation): string | undefined {
  if (typeof request !== 'object' || request === null) return undefined
  if ('action' in request) return request.action.name
  if ('stepName' in request) return request.stepName
  return 'name' in request && typeof request.name === 'string' ? request.name : undefined
}
