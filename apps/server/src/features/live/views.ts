import type { Bus } from '../../bus/bus.ts'
import { createLiveHub, type LiveHub } from './hub.ts'
import { createRunProgress, type RunProgress } from './run-progress.ts'
import { createStepResults, type StepResults } from './step-results.ts'

/** Shows runs and tests to people who watch. */
export interface LiveViews {
  hub: LiveHub
  runs: RunProgress
  steps: StepResults
}

export function createLiveViews(bus: Bus): LiveViews {
  const hub = createLiveHub(bus)
  return { hub, runs: createRunProgress(hub), steps: createStepResults(hub) }
}
