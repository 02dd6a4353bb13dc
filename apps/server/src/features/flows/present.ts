import type { OperatedFlow } from '@piecework/api/flows'
import type { FlowVersion, PopulatedFlow, ScheduleOptions } from '@piecework/model/flow/flow'
import { readableMap } from '../../database/readable.ts'
import type { SavedOperation } from './revisions.ts'
import type { FlowRow } from './store.ts'

/** A flow with one of its versions. `schedule` is undefined when no trigger is in service. */
export function presentFlow(
  flow: FlowRow,
  version: FlowVersion,
  schedule: ScheduleOptions | null | undefined,
): PopulatedFlow {
  return {
    ...flow,
    metadata: readableMap(flow.metadata),
    version,
    ...(schedule === undefined ? {} : { triggerSource: { schedule } }),
  }
}

/** The facts about a saved operation that the client which sent it needs. */
export function presentSaved({ record, repeated }: SavedOperation): OperatedFlow['operation'] {
  const { revision, flowVersionId, clientOperationId } = record
  return { revision, flowVersionId, clientOperationId, repeated }
}
