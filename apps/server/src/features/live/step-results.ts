import type { StepTestResult } from '@piecework/model/live/events'
import type { ObservedAttempt, StepProgress } from '../../events/runs.ts'
import type { LiveHub } from './hub.ts'
import { flowsRoom } from './rooms.ts'
import { TRUNCATED } from './run-progress.ts'

/** Shows tests of single steps: what they say while they run, and what came of them. */
export interface StepResults {
  progress(attempt: ObservedAttempt, progress: StepProgress): void
  finished(result: StepTestResult): void
}

/** A step may tell many times a second how far it is. */
const FLUSH_MS = 100
const MAX_VALUE_CHARACTERS = 512 * 1024

export function createStepResults(hub: LiveHub): StepResults {
  /** The last word of each test. */
  const pending = new Map<string, { projectId: string; progress: StepProgress }>()
  let timer: NodeJS.Timeout | undefined

  const flush = (): void => {
    timer = undefined
    for (const [runId, { projectId, progress }] of pending) {
      const output = progress.output.length > MAX_VALUE_CHARACTERS ? TRUNCATED : JSON.parse(progress.output)
      hub.send(flowsRoom(projectId), 'TEST_STEP_PROGRESS', {
        runId,
        projectId,
        stepName: progress.stepName,
        success: true,
        input: {},
        output,
        standardError: '',
        standardOutput: '',
      })
    }
    pending.clear()
  }

  return {
    progress({ runId, projectId }, progress) {
      if (!hub.isWatched(flowsRoom(projectId))) return
      pending.set(runId, { projectId, progress })
      if (!timer) timer = setTimeout(flush, FLUSH_MS).unref()
    },
    finished(result) {
      // Progress that is not sent yet is out of date.
      pending.delete(result.runId)
      const room = flowsRoom(result.projectId)
      if (hub.isWatched(room)) hub.send(room, 'TEST_STEP_FINISHED', bounded(result))
    },
  }
}

function bounded(result: StepTestResult): StepTestResult {
  const isSmall = (value: unknown) => (JSON.stringify(value) ?? '').length <= MAX_VALUE_CHARACTERS
  const input = isSmall(result.input) ? result.input : TRUNCATED
  const output = isSmall(result.output) ? result.output : TRUNCATED
  const truncated = input !== result.input || output !== result.output
  return truncated ? { ...result, input, output, truncated } : result
}
