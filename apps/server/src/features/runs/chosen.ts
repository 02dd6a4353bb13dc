import type { RunSelection } from '@piecework/api/flow-runs'
import type { RunChoice } from '@piecework/model/run/bulk-act'

/**
 * The runs that a bulk call is about. Named runs win over every other filter, be they archived or tests; without them
 * those are left alone.
 */
export function chosenRuns(selection: RunSelection): RunChoice {
  const { flowRunIds, excludeFlowRunIds, flowId, status, tags, failedStepName, issueId, createdAfter, createdBefore } =
    selection
  return flowRunIds
    ? { flowRunIds, excludeFlowRunIds, includeArchived: true, includeTests: true }
    : { excludeFlowRunIds, flowId, status, tags, failedStepName, issueId, createdAfter, createdBefore }
}
