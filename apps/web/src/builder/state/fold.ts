import type { FlowVersion } from '@piecework/model/flow/flow'
import { kindOf } from '@piecework/model/flow/kinds/registry'
import { collides } from '@piecework/model/flow/operations/collisions'
import type { OperationContext } from '@piecework/model/flow/operations/operation'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import {
  applyOperation,
  FlowOperation,
  isVersionOperation,
  type VersionOperation,
} from '@piecework/model/flow/operations/registry'
import { renameInText } from '@piecework/model/flow/references'
import type { ActionRequest, TriggerRequest } from '@piecework/model/flow/step-request'
import { validateOperation } from '@piecework/model/flow/validity'
import { isRecord } from './merge.ts'

/** Pure parts of keeping a draft: what operations make of a version, and how they get in each other's way. */

/** The draft that the server makes of a locked version before it edits it. */
export const asDraft = (version: FlowVersion): FlowVersion =>
  version.state === 'LOCKED' ? { ...version, state: 'DRAFT' } : version

/** The version after an operation. @throws AppError when it does not fit */
export const applied = (version: FlowVersion, operation: VersionOperation, context: OperationContext): FlowVersion =>
  applyOperation(asDraft(version), operation, context)

/** The version after the operations that fit; the server judges the others. */
export function folded(
  version: FlowVersion,
  operations: Iterable<FlowOperation>,
  context: OperationContext,
): FlowVersion {
  let result = version
  for (const operation of operations) {
    if (!isVersionOperation(operation)) continue
    try {
      result = applied(result, operation, context)
    } catch {
      // It was made for a version from before somebody else's change: the server will say so.
    }
  }
  return result
}

/** The version after an operation of somebody, as the server applied it; undefined when it has to be read again. */
export function afterRecord(version: FlowVersion, record: FlowOperationRecord): FlowVersion | undefined {
  if (record.operation === null || record.flowVersionId !== version.id) return undefined
  const { success, data } = FlowOperation.safeParse(record.operation)
  if (!success || !isVersionOperation(data)) return undefined
  try {
    return applyOperation(version, data, { now: record.created, userId: record.author?.id ?? null })
  } catch {
    return undefined
  }
}

export const collidingRecords = (
  operation: FlowOperation,
  records: readonly FlowOperationRecord[],
): FlowOperationRecord[] => records.filter(({ touched }) => collides(operation, touched))

/** Judges what can be judged without the pieces: steps of pieces keep the verdict that they came with. */
export function judged(operation: VersionOperation): VersionOperation {
  const step = writtenStep(operation)
  if (step && kindOf(step).piece(step)) return operation
  const result = validateOperation(operation, () => undefined)
  return isVersionOperation(result) ? result : operation
}

function writtenStep(operation: VersionOperation): ActionRequest | TriggerRequest | undefined {
  if (operation.type === 'ADD_ACTION') return operation.request.action
  const isUpdate = operation.type === 'UPDATE_ACTION' || operation.type === 'UPDATE_TRIGGER'
  return isUpdate ? operation.request : undefined
}

/** The operation where steps go under other names; expressions that mean them follow. */
export function renamed<O extends FlowOperation>(operation: O, names: ReadonlyMap<string, string>): O {
  if (names.size === 0) return operation
  const other = (value: unknown): unknown => (typeof value === 'string' ? (names.get(value) ?? value) : value)
  const change = (value: unknown, key: string): unknown => {
    if (STEP_KEYS.has(key)) return other(value)
    if (key === 'names' && Array.isArray(value)) return value.map(other)
    if (key === 'action' && isRecord(value)) return fields(value)
    return key === 'settings' ? renamedTexts(value, names) : value
  }
  const fields = (record: object): object =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))
  return { ...operation, request: fields(operation.request) }
}

const STEP_KEYS: ReadonlySet<string> = new Set(['name', 'stepName', 'parentStep', 'newParentStep'])
/** Holds no expressions. */
const SOURCE = 'sourceCode'

function renamedTexts(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return renameInText(value, names)
  if (Array.isArray(value)) return value.map((item) => renamedTexts(item, names))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === SOURCE ? inner : renamedTexts(inner, names)]),
  )
}
