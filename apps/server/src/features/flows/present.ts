import type { FlowVersion, PopulatedFlow, ScheduleOptions } from '@piecework/model/flow/flow'
import type { FlowRow } from './store.ts'

/** A flow with one of its versions. `schedule` is undefined when no trigger is in service. */
export function presentFlow(
  flow: FlowRow,
  version: FlowVersion,
  schedule: ScheduleOptions | null | undefined,
): PopulatedFlow {
  return { ...flow, version, ...(schedule === undefined ? {} : { triggerSource: { schedule } }) }
}
