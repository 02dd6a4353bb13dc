import { FlowStatus, ScheduleOptions } from '@piecework/model/flow/flow'
import { FlowRunStatus } from '@piecework/model/run/status'
import { z } from 'zod'
import { abilitiesQuery, FlowAbilities } from './abilities.ts'
import { pageQuery, queryList } from './shapes.ts'

const DEFAULT_LIMIT = 25
const MAX_LIMIT = 100

export const FlowSort = z.enum(['updated', 'name', 'lastRun'])
export type FlowSort = z.infer<typeof FlowSort>

export const flowOverviewQuery = z.object({
  projectId: z.string(),
  name: z.string().optional().describe('Part of the name, in any case.'),
  status: queryList(FlowStatus),
  folderId: z.string().optional().describe('`NULL` for flows without a folder.'),
  ownerId: z.string().optional(),
  connectionExternalIds: queryList(z.string()),
  triggerPieceNames: queryList(z.string()).describe(
    'Pieces of the trigger in the latest version: any of these. `NONE`: no trigger is chosen.',
  ),
  sort: FlowSort.default('updated'),
  direction: z.enum(['asc', 'desc']).optional().describe('By name `asc`, else `desc`, unless given.'),
  ...abilitiesQuery,
  ...pageQuery(DEFAULT_LIMIT, MAX_LIMIT),
})

/** A flow whose latest version has steps of a piece. */
export const PieceUse = z.object({
  id: z.string(),
  displayName: z.string(),
  status: FlowStatus,
  updated: z.string(),
  versionId: z.string(),
  /** The latest version is the published one: nothing waits to be published. */
  isPublished: z.boolean(),
  steps: z.array(
    z.object({
      name: z.string(),
      displayName: z.string(),
      pieceVersion: z.string(),
      /** The action or trigger; null when none is chosen. */
      part: z.string().nullable(),
    }),
  ),
})
export type PieceUse = z.infer<typeof PieceUse>

/** A flow in a list: what it is, whether it is ready, and how it fares; without its steps. */
export const FlowOverview = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  folderId: z.string().nullable(),
  externalId: z.string(),
  status: FlowStatus,
  revision: z.number().int(),
  displayName: z.string(),
  owner: z.object({ id: z.string(), displayName: z.string() }).nullable(),
  /** The latest version. */
  versionId: z.string(),
  publishedVersionId: z.string().nullable(),
  /** There is a draft that was made since the flow was published. */
  hasUnpublishedChanges: z.boolean(),
  valid: z.boolean(),
  /** Steps of the latest version that are not ready to run. */
  invalidSteps: z.number().int(),
  connectionIds: z.array(z.string()),
  trigger: z.object({
    type: z.string(),
    displayName: z.string(),
    pieceName: z.string().nullable(),
    triggerName: z.string().nullable(),
    input: z.record(z.string(), z.unknown()).nullable().describe('Null when it is larger than 2000 characters.'),
  }),
  /** The rhythm of the trigger in service. */
  schedule: ScheduleOptions.nullable(),
  /** When its trigger looks next; null when it waits for calls, or for nothing. */
  nextTick: z.string().nullable(),
  /** In production; null for those who may not see runs. */
  lastRun: z
    .object({ id: z.string(), status: FlowRunStatus, created: z.string(), finishTime: z.string().nullable() })
    .nullable(),
  abilities: FlowAbilities,
})
export type FlowOverview = z.infer<typeof FlowOverview>
