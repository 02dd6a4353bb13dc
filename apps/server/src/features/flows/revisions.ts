import { AppError } from '@piecework/model/errors'
import { collides, touchedBy } from '@piecework/model/flow/operations/collisions'
import type { FlowOperationRecord, OperationSending } from '@piecework/model/flow/operations/record'
import type { FlowOperation } from '@piecework/model/flow/operations/registry'
import type { Actor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import {
  insertOperation,
  type OperationRow,
  selectOperationOfClient,
  selectOperations,
  selectOperationsAfter,
  selectRevision,
  selectTouchedAfter,
} from './revision-store.ts'
import type { FlowRow } from './store.ts'

/** The last operations of a flow that are kept. */
export const KEPT_OPERATIONS = 500
/** A larger operation is not kept or told: others read the flow again. */
const MAX_OPERATION_CHARACTERS = 32 * 1024
/** The largest answer; a client that missed more reads the flow again. */
const MAX_ANSWER_CHARACTERS = 1024 * 1024
/** Changes that a refusal names. */
const MAX_NAMED = 20

/** Operations that others cannot apply from what they hold: the content is elsewhere. */
const NOT_TOLD: ReadonlySet<string> = new Set(['IMPORT_FLOW', 'USE_AS_DRAFT'])

/** A change of a flow: an operation of a user, or one that the server makes by itself. */
type Done = FlowOperation | { type: 'REPLACE_CONNECTION' }

/** An operation that is in the database. */
export interface SavedOperation {
  record: FlowOperationRecord
  /** It was done before: the client sent it twice. */
  repeated: boolean
}

interface NewRecord {
  flowId: string
  flowVersionId: string
  operation: Done
  now: string
  by: Pick<Actor, 'userId'>
  clientOperationId?: string | undefined
}

/** Notes an operation in the transaction that applies it, which holds the flow. */
export async function noteOperation(trx: Db, done: NewRecord): Promise<FlowOperationRecord> {
  const { flowId, flowVersionId, operation, now, by, clientOperationId } = done
  const text = NOT_TOLD.has(operation.type) || !('request' in operation) ? null : textOf(operation)
  const row = await insertOperation(
    trx,
    {
      ...{ flowId, flowVersionId, created: now, userId: by.userId, type: operation.type },
      clientOperationId: clientOperationId ?? null,
      touched: operation.type === 'REPLACE_CONNECTION' ? ['flow'] : touchedBy(operation),
      operation: text !== null && text.length <= MAX_OPERATION_CHARACTERS ? text : null,
    },
    KEPT_OPERATIONS,
  )
  return present(row)
}

/** The operation that a client sends again, if it was saved. */
export async function findSent(
  db: Db,
  flowId: string,
  { clientOperationId }: OperationSending,
): Promise<FlowOperationRecord | undefined> {
  if (clientOperationId === undefined) return undefined
  const row = await selectOperationOfClient(db, flowId, clientOperationId)
  return row && present(row)
}

/** The changes of a flow that the author of an operation has not seen. */
export interface Unseen {
  /** @throws AppError FLOW_OPERATION_CONFLICT when the operation collides with it */
  admit(operation: FlowOperation): Promise<void>
  /** Why an operation does not apply: what was done meanwhile, when there is such. */
  explain(error: unknown): Promise<unknown>
}

/**
 * @param baseRevision the revision that the author has seen
 * @throws AppError FLOW_OPERATION_CONFLICT when too much was done since to tell
 */
export async function findUnseen(trx: Db, flow: FlowRow, versionId: string, baseRevision: number): Promise<Unseen> {
  const { id: flowId, revision } = flow
  const refuse = async (message: string, revisions: readonly number[], params: object = {}): Promise<AppError> => {
    const rows = revisions.length === 0 ? [] : await selectOperations(trx, flowId, revisions.slice(-MAX_NAMED))
    return new AppError('FLOW_OPERATION_CONFLICT', {
      ...params,
      message,
      revision,
      flowVersionId: versionId,
      resync: rows.length === 0,
      changes: rows.map(present),
    })
  }
  const later = baseRevision === revision ? [] : await selectTouchedAfter(trx, flowId, baseRevision)
  if (later.length !== revision - baseRevision)
    throw await refuse(
      `the flow is at revision ${revision}, and what was done since ${baseRevision} is not kept: read it again`,
      [],
    )
  return {
    async admit(operation) {
      const colliding = later.filter(({ touched }) => collides(operation, touched)).map((change) => change.revision)
      if (colliding.length > 0)
        throw await refuse(
          'the same part of the flow was changed in the meantime: compare both versions and try again',
          colliding,
        )
    },
    async explain(error) {
      const changes = later.filter(({ touched }) => touched.length > 0).map((change) => change.revision)
      if (!(error instanceof AppError) || error.code !== 'FLOW_OPERATION_INVALID' || changes.length === 0) return error
      return refuse(`the flow was changed in the meantime: ${error.message}`, changes, error.params)
    },
  }
}

/** The operations after a revision; without them, `resync`: the flow has to be read again. */
export async function operationsSince(
  db: Db,
  flowId: string,
  after: number,
): Promise<{ revision: number; resync: boolean; operations: FlowOperationRecord[] }> {
  const revision = (await selectRevision(db, flowId)) ?? 0
  const rows = after === revision ? [] : await selectOperationsAfter(db, flowId, after, MAX_ANSWER_CHARACTERS)
  const last = rows.at(-1)?.revision ?? after
  const isWhole = last - after === rows.length && last >= revision && after <= revision
  return isWhole
    ? { revision: last, resync: false, operations: rows.map(present) }
    : { revision, resync: true, operations: [] }
}

function present({ userId, authorName, ...row }: OperationRow): FlowOperationRecord {
  return { ...row, author: userId === null ? null : { id: userId, displayName: authorName ?? '' } }
}

const textOf = ({ type, request }: { type: string; request: unknown }): string => JSON.stringify({ type, request })
