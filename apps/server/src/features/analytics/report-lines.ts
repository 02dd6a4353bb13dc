import type { AnalyticsReport } from '@piecework/api/analytics'
import { csvLine } from '../../csv.ts'

const COLUMNS = ['day', 'project', 'flow', 'flow_id', 'owner', 'runs', 'succeeded', 'failed', 'minutes_saved']

/** A report as lines of CSV, one for each day and flow. */
export function* reportLines({ runs, flows, users }: AnalyticsReport): Generator<string> {
  const flowOf = new Map(flows.map((flow) => [flow.flowId, flow]))
  const ownerOf = new Map(users.map(({ id, email }) => [id, email]))
  yield csvLine(COLUMNS)
  for (const { day, flowId, runs: count, succeeded, failed } of runs) {
    const flow = flowOf.get(flowId)
    const owner = flow?.ownerId ? ownerOf.get(flow.ownerId) : undefined
    const saved = flow?.timeSavedPerRun == null ? undefined : flow.timeSavedPerRun * count
    yield csvLine([day, flow?.projectName, flow?.flowName, flowId, owner, count, succeeded, failed, saved])
  }
}
