import { z } from 'zod'
import { AnyMap } from '../json.ts'
import { StoredGraph } from './graph/graph.ts'
import { Trigger } from './step.ts'

/** The newest flow schema that this product writes. */
export const LATEST_SCHEMA_VERSION = '20'

export const FlowStatus = z.enum(['ENABLED', 'DISABLED'])
export type FlowStatus = z.infer<typeof FlowStatus>
export const FlowVersionState = z.enum(['DRAFT', 'LOCKED'])
export type FlowVersionState = z.infer<typeof FlowVersionState>
export const FlowOperationStatus = z.enum(['NONE', 'DELETING'])

export const NoteColor = z.enum(['orange', 'red', 'green', 'blue', 'purple', 'yellow'])
export const Note = z.object({
  id: z.string(),
  content: z.string(),
  ownerId: z.string().nullish(),
  color: NoteColor,
  position: z.object({ x: z.number(), y: z.number() }),
  size: z.object({ width: z.number(), height: z.number() }),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type Note = z.infer<typeof Note>

export const FlowVersion = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  flowId: z.string(),
  displayName: z.string(),
  trigger: Trigger,
  updatedBy: z.string().nullish(),
  valid: z.boolean(),
  schemaVersion: z.string().nullish(),
  agentIds: z.array(z.string()),
  state: FlowVersionState,
  connectionIds: z.array(z.string()),
  backupFiles: z.record(z.string(), z.string()).nullish(),
  notes: z.array(Note),
  /** The graph that the version was made from, if it was, with the variables of its expressions. */
  graph: StoredGraph.nullish(),
})
export type FlowVersion = z.infer<typeof FlowVersion>

export const ScheduleOptions = z.object({
  type: z.literal('CRON_EXPRESSION'),
  cronExpression: z.string(),
  timezone: z.string(),
})
export type ScheduleOptions = z.infer<typeof ScheduleOptions>

export const Flow = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  externalId: z.string(),
  ownerId: z.string().nullish(),
  folderId: z.string().nullish(),
  status: FlowStatus,
  publishedVersionId: z.string().nullish(),
  metadata: AnyMap.nullish(),
  operationStatus: FlowOperationStatus,
  timeSavedPerRun: z.number().nullish(),
  templateId: z.string().nullish(),
  /** The number of saved operations: each raises it by one. */
  revision: z.number().int(),
})
export type Flow = z.infer<typeof Flow>

export const PopulatedFlow = Flow.extend({
  version: FlowVersion,
  triggerSource: z.object({ schedule: ScheduleOptions.nullish() }).optional(),
})
export type PopulatedFlow = z.infer<typeof PopulatedFlow>
