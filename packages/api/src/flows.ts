import { FlowStatus, PopulatedFlow } from '@piecework/model/flow/flow'
import { ImportNote } from '@piecework/model/flow/newer-formats/findings'
import { FlowOperationRecord, OperationSending } from '@piecework/model/flow/operations/record'
import { FlowOperation, type FlowOperationType } from '@piecework/model/flow/operations/registry'
import { SharedTemplate } from '@piecework/model/flow/template'
import type { Permission } from '@piecework/model/permission'
import { FlowRun } from '@piecework/model/run/run'
import { z } from 'zod'
import { abilitiesQuery, FlowAbilities } from './abilities.ts'
import { endpoint, projectInBody, projectInQuery, projectOfRow } from './endpoint.ts'
import { FlowDiagnosis } from './flow-diagnosis.ts'
import { FlowOverview, flowOverviewQuery, PieceUse } from './flow-overview.ts'
import { MissingPiece } from './pieces.ts'
import { IdParams, pageOf, pageQuery, queryList } from './shapes.ts'
import { User } from './users.ts'

const DEFAULT_LIMIT = 10
const FlowName = z.string().min(1).max(1000)

/** The filters of every list of flows. */
export const flowFilters = {
  folderId: z.string().optional().describe('`NULL` for flows without a folder.'),
  status: queryList(FlowStatus),
  name: z.string().optional(),
  versionState: z.enum(['DRAFT', 'LOCKED']).optional(),
  externalIds: queryList(z.string()),
  connectionExternalIds: queryList(z.string()),
  agentExternalIds: queryList(z.string()),
}

/** The result of an import, with notes for the owner of the flow. */
export const ImportReport = z.object({
  /** The format that the content named; null without one. */
  from: z.string().nullable(),
  notes: z.array(ImportNote),
  /** Pieces that are missing, whose steps were imported without them. */
  missingPieces: z.array(MissingPiece),
  installedPieces: z.array(z.object({ pieceName: z.string(), pieceVersion: z.string() })),
})
export type ImportReport = z.infer<typeof ImportReport>

export const OperatedFlow = PopulatedFlow.extend({
  importReport: ImportReport.optional(),
  /** The operation as it was saved; left out when there was nothing to do. */
  operation: FlowOperationRecord.pick({ revision: true, flowVersionId: true, clientOperationId: true })
    .extend({ repeated: z.boolean().describe('It was sent before: this time, nothing was done.') })
    .optional(),
})
export type OperatedFlow = z.infer<typeof OperatedFlow>

export const FlowOperations = z.object({
  /** The revision of the flow after the last of the operations. */
  revision: z.number().int(),
  resync: z.boolean().describe('The operations are no longer kept: read the flow again.'),
  operations: z.array(FlowOperationRecord),
})
export type FlowOperations = z.infer<typeof FlowOperations>

/** A flow in an answer. */
export const ReadFlow = PopulatedFlow.extend({ abilities: FlowAbilities })

export const FlowVersionMetadata = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  flowId: z.string(),
  displayName: z.string(),
  valid: z.boolean(),
  state: z.enum(['DRAFT', 'LOCKED']),
  updatedBy: z.string().nullable(),
  schemaVersion: z.string().nullable(),
  updatedByUser: User.nullable(),
})
export type FlowVersionMetadata = z.infer<typeof FlowVersionMetadata>

/** The permission of each operation on a flow, in addition to READ_FLOW. */
const OPERATION_PERMISSIONS = {
  ADD_ACTION: 'WRITE_FLOW',
  UPDATE_ACTION: 'WRITE_FLOW',
  DELETE_ACTION: 'WRITE_FLOW',
  MOVE_ACTION: 'WRITE_FLOW',
  DUPLICATE_ACTION: 'WRITE_FLOW',
  SET_SKIP_ACTION: 'WRITE_FLOW',
  UPDATE_TRIGGER: 'WRITE_FLOW',
  ADD_BRANCH: 'WRITE_FLOW',
  DELETE_BRANCH: 'WRITE_FLOW',
  DUPLICATE_BRANCH: 'WRITE_FLOW',
  MOVE_BRANCH: 'WRITE_FLOW',
  CHANGE_NAME: 'WRITE_FLOW',
  LOCK_FLOW: 'WRITE_FLOW',
  IMPORT_FLOW: 'WRITE_FLOW',
  UPDATE_SAMPLE_DATA_INFO: 'WRITE_FLOW',
  ADD_NOTE: 'WRITE_FLOW',
  UPDATE_NOTE: 'WRITE_FLOW',
  DELETE_NOTE: 'WRITE_FLOW',
  CHANGE_FOLDER: 'WRITE_FLOW',
  CHANGE_STATUS: 'UPDATE_FLOW_STATUS',
  LOCK_AND_PUBLISH: 'UPDATE_FLOW_STATUS',
  USE_AS_DRAFT: 'WRITE_FLOW',
  UPDATE_METADATA: 'WRITE_FLOW',
  UPDATE_MINUTES_SAVED: 'WRITE_FLOW',
  UPDATE_OWNER: 'WRITE_FLOW',
  SAVE_SAMPLE_DATA: 'WRITE_FLOW',
} as const satisfies Record<FlowOperationType, Permission>

const principals = ['USER', 'SERVICE'] as const
const project = projectOfRow('flow')

export const flows = {
  create: endpoint({
    method: 'POST',
    path: '/v1/flows',
    operationId: 'flows.create',
    summary: 'Create a flow',
    principals,
    permission: 'WRITE_FLOW',
    project: projectInBody,
    status: 201,
    body: z.object({
      displayName: FlowName,
      projectId: z.string(),
      folderId: z.string().nullish(),
      folderName: z.string().trim().max(255).optional(),
      templateId: z.string().nullish().describe('There are no templates yet: any id is unknown.'),
      metadata: z.record(z.string(), z.unknown()).nullish(),
    }),
    response: PopulatedFlow,
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/flows',
    operationId: 'flows.list',
    summary: 'List the flows of a project: enabled ones first, then those changed last',
    principals,
    permission: 'READ_FLOW',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), ...flowFilters, ...abilitiesQuery, ...pageQuery(DEFAULT_LIMIT) }),
    response: pageOf(ReadFlow),
  }),
  overview: endpoint({
    method: 'GET',
    path: '/v1/flows/overview',
    operationId: 'flows.overview',
    summary: 'List the flows of a project with their last run and next tick, without their steps',
    principals,
    permission: 'READ_FLOW',
    project: projectInQuery,
    query: flowOverviewQuery,
    response: pageOf(FlowOverview),
  }),
  pieceUses: endpoint({
    method: 'GET',
    path: '/v1/flows/piece-uses',
    operationId: 'flows.pieceUses',
    summary: 'List the flows of a project whose latest version uses a piece, with the steps and their versions of it',
    principals,
    permission: 'READ_FLOW',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), pieceName: z.string().max(214), ...pageQuery(25, 100) }),
    response: pageOf(PieceUse),
  }),
  count: endpoint({
    method: 'GET',
    path: '/v1/flows/count',
    operationId: 'flows.count',
    summary: 'Count the flows of a project or folder',
    principals,
    permission: 'READ_FLOW',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), folderId: z.string().optional() }),
    response: z.object({ count: z.number() }),
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/flows/:id',
    operationId: 'flows.get',
    summary: 'Get a flow with its latest version, or another one',
    principals,
    permission: 'READ_FLOW',
    project,
    params: IdParams,
    query: z.object({ versionId: z.string().optional(), ...abilitiesQuery }),
    response: ReadFlow,
  }),
  operate: endpoint({
    method: 'POST',
    path: '/v1/flows/:id',
    operationId: 'flows.operate',
    summary: 'Apply an operation to a flow',
    principals,
    permission: 'READ_FLOW',
    permissionsBy: { field: 'type', permissions: OPERATION_PERMISSIONS },
    project,
    params: IdParams,
    body: FlowOperation.and(OperationSending),
    response: OperatedFlow,
    errors: [
      'FLOW_IN_USE',
      'FLOW_OPERATION_CONFLICT',
      'FLOW_OPERATION_INVALID',
      'FLOW_OPERATION_IN_PROGRESS',
      'FLOW_VERSION_INVALID',
      'TRIGGER_UPDATE_STATUS',
      'ENGINE_OPERATION_FAILURE',
    ],
  }),
  diagnosis: endpoint({
    method: 'GET',
    path: '/v1/flows/:id/diagnosis',
    operationId: 'flows.diagnosis',
    summary: 'Say why a flow does not run, or what it waits for',
    principals,
    permission: 'READ_FLOW',
    project,
    params: IdParams,
    query: z.object({
      runId: z.string().optional().describe('What is said of open runs is of this one alone, also of a test.'),
    }),
    response: FlowDiagnosis,
  }),
  operations: endpoint({
    method: 'GET',
    path: '/v1/flows/:id/operations',
    operationId: 'flows.operations',
    summary: 'List the operations that were saved after a revision of a flow, oldest first',
    principals,
    permission: 'READ_FLOW',
    project,
    params: IdParams,
    query: z.object({ after: z.coerce.number().int().min(0).describe('The revision that the client has.') }),
    response: FlowOperations,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/flows/:id',
    operationId: 'flows.remove',
    summary: 'Delete a flow; its runs stay',
    principals,
    permission: 'WRITE_FLOW',
    project,
    status: 204,
    params: IdParams,
    errors: ['FLOW_OPERATION_IN_PROGRESS', 'TRIGGER_UPDATE_STATUS'],
  }),
  template: endpoint({
    method: 'GET',
    path: '/v1/flows/:id/template',
    operationId: 'flows.template',
    summary: 'Export a flow as a template',
    principals,
    permission: 'READ_FLOW',
    project,
    params: IdParams,
    query: z.object({ versionId: z.string().optional() }),
    response: SharedTemplate,
  }),
  versions: endpoint({
    method: 'GET',
    path: '/v1/flows/:id/versions',
    operationId: 'flows.versions',
    summary: 'List the versions of a flow, newest first',
    principals,
    permission: 'READ_FLOW',
    project,
    params: IdParams,
    query: z.object(pageQuery(DEFAULT_LIMIT)),
    response: pageOf(FlowVersionMetadata),
  }),
  run: endpoint({
    method: 'POST',
    path: '/v1/flows/:id/run',
    operationId: 'flows.run',
    summary: 'Run the published version of an enabled flow; the body is what its trigger gets',
    principals,
    permission: 'WRITE_RUN',
    project,
    params: IdParams,
    body: z.unknown().optional(),
    response: FlowRun,
    errors: ['FLOW_OPERATION_INVALID'],
  }),
}
