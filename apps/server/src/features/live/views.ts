import type { StepTestResult } from '@piecework/model/live/events'
import type { FlowRun } from '@piecework/model/run/run'
import type { Logger } from 'pino'
import type { Bus } from '../../bus/bus.ts'
import type { RunObserver } from '../../observability/observer.ts'
import type { RunEnd, RunListener } from '../runs/execute.ts'
import { createLiveHub, type LiveHub } from './hub.ts'
import { EVERYBODY } from './rooms.ts'
import { createRunProgress } from './run-progress.ts'
import { createStepResults } from './step-results.ts'

/** What happens elsewhere in the server, as those who watch are told of it. */
export interface LiveViews {
  hub: LiveHub
  observer: RunObserver
  onProgress: RunListener['progress']
  onFinished(end: RunEnd): Promise<void>
  /** @param load reads the runs, if somebody watches. */
  onCanceled(projectId: string, load: () => Promise<FlowRun[]>): void
  onStepTested(result: StepTestResult): void
  onPieceRebuilt(piece: { name: string; version: string }): void
}

export function createLiveViews(bus: Bus, log: Logger): LiveViews {
  const hub = createLiveHub(bus)
  const runs = createRunProgress(hub)
  const steps = createStepResults(hub)
  return {
    hub,
    observer: runs,
    onProgress(attempt, said) {
      if (attempt.facts.stepNameToTest === null) runs.progress(attempt, said)
      else steps.progress(attempt, said)
    },
    onFinished: async (end) => runs.finished(end),
    onCanceled(projectId, load) {
      runs.canceled(projectId, load).catch((err: unknown) => log.warn({ err }, 'canceled runs could not be shown'))
    },
    onStepTested: steps.finished,
    onPieceRebuilt: ({ name, version }) =>
      hub.send(EVERYBODY, 'REFRESH_PIECE', { pieceName: name, pieceVersion: version }),
  }
}
