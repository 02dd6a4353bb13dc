import { Note } from '@piecework/model/flow/flow'
import { GraphSource } from '@piecework/model/flow/graph/graph'
import { Trigger } from '@piecework/model/flow/step'
import { z } from 'zod'
import { endpoint, projectInBody, projectOfRow } from './endpoint.ts'
import { OperatedFlow } from './flows.ts'
import { IdParams } from './shapes.ts'

/** Flows as programs in TypeScript. */

/** A program in a request: its files, or a ZIP file of them. */
export const programFields = {
  files: z
    .record(z.string(), z.string())
    .optional()
    .describe('The text of each file, by its path: main.ts, flow.json and steps/*.'),
  zip: z.base64().optional().describe('A ZIP file in base64, in the place of files.'),
}
export interface SentProgram {
  files?: Record<string, string> | undefined
  zip?: string | undefined
}

const principals = ['USER', 'SERVICE'] as const

export const flowCode = {
  export: endpoint({
    method: 'GET',
    path: '/v1/flows/:id/export-code',
    operationId: 'flowCode.export',
    summary: 'Export a flow as a program in TypeScript, as a ZIP file',
    principals,
    permission: 'READ_FLOW',
    project: projectOfRow('flow'),
    params: IdParams,
    query: z.object({ versionId: z.string().optional() }),
    sends: 'bytes',
  }),
  read: endpoint({
    method: 'POST',
    path: '/v1/flows/read-code',
    operationId: 'flowCode.read',
    summary: 'Read the content of a flow from a program; nothing is saved',
    principals,
    permission: 'WRITE_FLOW',
    project: projectInBody,
    body: z.object({ projectId: z.string(), ...programFields }),
    response: z.object({
      displayName: z.string(),
      trigger: Trigger,
      notes: z.array(Note),
      schemaVersion: z.string().nullable(),
      graph: GraphSource.nullish(),
    }),
  }),
  import: endpoint({
    method: 'POST',
    path: '/v1/flows/import-code',
    operationId: 'flowCode.import',
    summary: 'Create a flow from a program',
    principals,
    permission: 'WRITE_FLOW',
    project: projectInBody,
    status: 201,
    body: z.object({ projectId: z.string(), folderId: z.string().nullish(), ...programFields }),
    response: OperatedFlow,
    errors: ['FLOW_OPERATION_INVALID'],
  }),
}
