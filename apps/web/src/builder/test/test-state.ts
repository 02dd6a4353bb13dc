import type { LiveEvent } from '@piecework/model/live/events'
import { create } from 'zustand'

export type StepResult = LiveEvent<'TEST_STEP_FINISHED'>

/** The last test of a step in this window. */
export type StepTest =
  | { state: 'running'; runId: string | undefined; startedAt: number; progress: unknown }
  | { state: 'ended'; result: StepResult; ms: number }
  /** It could not begin. */
  | { state: 'refused'; error: unknown }

interface TestState {
  /** By flow and step. */
  tests: Readonly<Record<string, StepTest>>
}

/** Tests live as long as the window: what they gave is in the sample data of the steps. */
export const useTests = create<TestState>(() => ({ tests: {} }))

export const testKey = (flowId: string, stepName: string): string => `${flowId} ${stepName}`

export const setTest = (key: string, test: StepTest): void =>
  useTests.setState(({ tests }) => ({ tests: { ...tests, [key]: test } }))

/** Whether a message is about this test: it may come before the answer that names the run. */
const isOf = (test: StepTest | undefined, result: StepResult): test is Extract<StepTest, { state: 'running' }> =>
  test?.state === 'running' && (test.runId === undefined || test.runId === result.runId)

export function endTest(key: string, result: StepResult, now = performance.now()): void {
  const test = useTests.getState().tests[key]
  if (isOf(test, result)) setTest(key, { state: 'ended', result, ms: now - test.startedAt })
}

export function showProgress(key: string, result: StepResult): void {
  const test = useTests.getState().tests[key]
  if (isOf(test, result)) setTest(key, { ...test, progress: result.output })
}

/** The answer to the request names the run; its end may have come already. */
export function nameRun(key: string, runId: string): void {
  const test = useTests.getState().tests[key]
  if (test?.state === 'running') setTest(key, { ...test, runId })
}
