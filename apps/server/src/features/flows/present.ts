import { User } from '@piecework/api/users'
import { type FlowVersion, PopulatedFlow, type ScheduleOptions } from '@piecework/model/flow/flow'
import { ImportNote } from '@piecework/model/flow/newer-formats/findings'
import { z } from 'zod'
import { MissingPiece } from '../pieces/missing.ts'
import type { FlowRow } from './store.ts'

/** A flow with one of its versions. `schedule` is undefined when no trigger is in service. */
export function presentFlow(
  flow: FlowRow,
  version: FlowVersion,
  schedule: ScheduleOptions | null | undefined,
): PopulatedFlow {
  return { ...flow, version, ...(schedule === undefined ? {} : { triggerSource: { schedule } }) }
}

/** What an import did, and what its owner should look at. */
export const ImportReport = z.object({
  /** The format that the content said it had; null when it said none. */
  from: z.string().nullable(),
  notes: z.array(ImportNote),
  /** Pieces whose steps came in without them. */
  missingPieces: z.array(MissingPiece),
  installedPieces: z.array(z.object({ pieceName: z.string(), pieceVersion: z.string() })),
})
export type ImportReport = z.infer<typeof ImportReport>

export const OperatedFlow = PopulatedFlow.extend({ importReport: ImportReport.optional() })
export type OperatedFlow = z.infer<typeof OperatedFlow>

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
