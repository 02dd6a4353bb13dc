import { z } from 'zod'
import { withDerived } from '../derive.ts'
import type { FlowVersion } from '../flow.ts'
import { cleanJson, MAX_FLOW_DEPTH } from '../incoming.ts'
import { invalid } from '../invalid.ts'
import { depthOf } from '../walk.ts'
import { ADD_ACTION } from './add-action.ts'
import { ADD_BRANCH } from './add-branch.ts'
import { ADD_NOTE } from './add-note.ts'
import { CHANGE_FOLDER } from './change-folder.ts'
import { CHANGE_NAME } from './change-name.ts'
import { CHANGE_STATUS } from './change-status.ts'
import { DELETE_ACTION } from './delete-action.ts'
import { DELETE_BRANCH } from './delete-branch.ts'
import { DELETE_NOTE } from './delete-note.ts'
import { DUPLICATE_ACTION } from './duplicate-action.ts'
import { DUPLICATE_BRANCH } from './duplicate-branch.ts'
import { IMPORT_FLOW } from './import-flow.ts'
import { LOCK_AND_PUBLISH } from './lock-and-publish.ts'
import { LOCK_FLOW } from './lock-flow.ts'
import { MOVE_ACTION } from './move-action.ts'
import { MOVE_BRANCH } from './move-branch.ts'
import type { Apply, OperationContext } from './operation.ts'
import { SAVE_SAMPLE_DATA } from './save-sample-data.ts'
import { SET_SKIP_ACTION } from './set-skip-action.ts'
import { UPDATE_ACTION } from './update-action.ts'
import { UPDATE_METADATA } from './update-metadata.ts'
import { UPDATE_MINUTES_SAVED } from './update-minutes-saved.ts'
import { UPDATE_NOTE } from './update-note.ts'
import { UPDATE_OWNER } from './update-owner.ts'
import { UPDATE_SAMPLE_DATA_INFO } from './update-sample-data-info.ts'
import { UPDATE_TRIGGER } from './update-trigger.ts'
import { USE_AS_DRAFT } from './use-as-draft.ts'

/** Every flow operation. A new one is a file and its lines here. */

const versionSchemas = [
  ADD_ACTION.schema,
  UPDATE_ACTION.schema,
  DELETE_ACTION.schema,
  MOVE_ACTION.schema,
  DUPLICATE_ACTION.schema,
  SET_SKIP_ACTION.schema,
  UPDATE_TRIGGER.schema,
  ADD_BRANCH.schema,
  DELETE_BRANCH.schema,
  DUPLICATE_BRANCH.schema,
  MOVE_BRANCH.schema,
  CHANGE_NAME.schema,
  LOCK_FLOW.schema,
  IMPORT_FLOW.schema,
  UPDATE_SAMPLE_DATA_INFO.schema,
  ADD_NOTE.schema,
  UPDATE_NOTE.schema,
  DELETE_NOTE.schema,
] as const

const flowSchemas = [
  CHANGE_FOLDER.schema,
  CHANGE_STATUS.schema,
  LOCK_AND_PUBLISH.schema,
  USE_AS_DRAFT.schema,
  UPDATE_METADATA.schema,
  UPDATE_MINUTES_SAVED.schema,
  UPDATE_OWNER.schema,
  SAVE_SAMPLE_DATA.schema,
] as const

const operations = z.discriminatedUnion('type', [...versionSchemas, ...flowSchemas], {
  error: (issue) => (issue.code === 'invalid_union' ? 'unknown operation type' : undefined),
})

/**
 * The body of `POST /v1/flows/:id`. Parsing removes NUL characters (which no database text can hold; sample data is a
 * file and keeps them), brings imports to the newest schema and drops unneeded fields.
 */
export const FlowOperation = z.preprocess(
  (body: z.input<typeof operations>, context) => (isSampleData(body) ? body : cleanJson(body, context)),
  operations,
)
export type FlowOperation = z.output<typeof operations>
export type FlowOperationType = FlowOperation['type']

/** The operations whose effect is wholly on a version; the rest need a database, files or triggers. */
export type VersionOperation = z.output<(typeof versionSchemas)[number]>

type Requests = { [O in VersionOperation as O['type']]: O['request'] }
type Appliers = { [T in keyof Requests]: Apply<Requests[T]> }

const APPLY = {
  ADD_ACTION: ADD_ACTION.apply,
  UPDATE_ACTION: UPDATE_ACTION.apply,
  DELETE_ACTION: DELETE_ACTION.apply,
  MOVE_ACTION: MOVE_ACTION.apply,
  DUPLICATE_ACTION: DUPLICATE_ACTION.apply,
  SET_SKIP_ACTION: SET_SKIP_ACTION.apply,
  UPDATE_TRIGGER: UPDATE_TRIGGER.apply,
  ADD_BRANCH: ADD_BRANCH.apply,
  DELETE_BRANCH: DELETE_BRANCH.apply,
  DUPLICATE_BRANCH: DUPLICATE_BRANCH.apply,
  MOVE_BRANCH: MOVE_BRANCH.apply,
  CHANGE_NAME: CHANGE_NAME.apply,
  LOCK_FLOW: LOCK_FLOW.apply,
  IMPORT_FLOW: IMPORT_FLOW.apply,
  UPDATE_SAMPLE_DATA_INFO: UPDATE_SAMPLE_DATA_INFO.apply,
  ADD_NOTE: ADD_NOTE.apply,
  UPDATE_NOTE: UPDATE_NOTE.apply,
  DELETE_NOTE: DELETE_NOTE.apply,
} as const satisfies Appliers

/** Whether applyOperation can do it. */
export function isVersionOperation(operation: FlowOperation): operation is VersionOperation {
  return operation.type in APPLY
}

/** Notes are on the canvas, not in the flow: they may change on a locked version. */
const ALLOWED_WHEN_LOCKED: ReadonlySet<FlowOperationType> = new Set([
  'ADD_NOTE',
  'UPDATE_NOTE',
  'DELETE_NOTE',
  'LOCK_FLOW',
])

/**
 * The version after an operation; the given version is not changed, and is returned when the operation has no effect.
 * `valid`, `connectionIds`, `agentIds`, `updated` and `updatedBy` are updated. Throws FLOW_OPERATION_INVALID when the
 * operation cannot be applied.
 */
export function applyOperation(
  version: FlowVersion,
  operation: VersionOperation,
  context: OperationContext,
): FlowVersion {
  if (version.state === 'LOCKED' && !ALLOWED_WHEN_LOCKED.has(operation.type)) {
    throw invalid('a locked version cannot change: make a draft of it first')
  }
  const changed = dispatch(version, operation, context)
  if (changed === version) return version
  if (changed.trigger !== version.trigger && depthOf(changed.trigger) > MAX_FLOW_DEPTH) {
    throw invalid(`the flow would be more than ${MAX_FLOW_DEPTH} steps deep`, { stepName: touchedStep(operation) })
  }
  return { ...withDerived(changed), updated: context.now, updatedBy: context.userId ?? version.updatedBy }
}

/** The step that an operation makes or moves: the one that would be too deep. */
function touchedStep({ request }: VersionOperation): string | undefined {
  if ('action' in request) return request.action.name
  if ('stepName' in request) return request.stepName
  return 'name' in request ? request.name : undefined
}

function dispatch<T extends VersionOperation['type']>(
  version: FlowVersion,
  operation: { [K in T]: { type: K; request: Requests[K] } }[T],
  context: OperationContext,
): FlowVersion {
  const appliers: Appliers = APPLY
  return appliers[operation.type](version, operation.request, context)
}

function isSampleData(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'type' in body && body.type === 'SAVE_SAMPLE_DATA'
}
