import type { FlowVersion, PopulatedFlow, ScheduleOptions } from '@piecework/model/flow/flow'
import { z } from 'zod'
import { User } from '../users/present.ts'
import type { FlowRow } from './store.ts'

/** A flow with one of its versions. `schedule` is undefined when no trigger is in service. */
export function presentFlow(
  flow: FlowRow,
  version: FlowVersion,
  schedule: ScheduleOptions | null | undefined,
): PopulatedFlow {
  return { ...flow, version, ...(schedule === undefined ? {} : { triggerSource: { schedule } }) }
}

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
