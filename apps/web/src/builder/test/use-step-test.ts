import { useCallback } from 'react'
import { client } from '../../api/client.ts'
import { useLive } from '../../app/live.ts'
import type { FlowPlace } from '../data/samples.ts'
import { useBuilderStore } from '../state/provider.tsx'
import { endTest, nameRun, type StepTest, setTest, showProgress, testKey, useTests } from './test-state.ts'

/** How often the run is asked for, in case that no message comes. */
const ASK_MS = 2000
const ENDED: ReadonlySet<string> = new Set([
  'SUCCEEDED',
  'FAILED',
  'INTERNAL_ERROR',
  'TIMEOUT',
  'CANCELED',
  'MEMORY_LIMIT_EXCEEDED',
  'LOG_SIZE_EXCEEDED',
  'QUOTA_EXCEEDED',
])

/** The test of one step: how it stands, and what starts it. */
export function useStepTest(
  { projectId, flowId }: FlowPlace,
  stepName: string,
): { test: StepTest | undefined; start(): void } {
  const builder = useBuilderStore()
  const key = testKey(flowId, stepName)
  const test = useTests(({ tests }) => tests[key])
  useLive('TEST_STEP_FINISHED', (result) => {
    if (result.stepName === stepName) endTest(key, result)
  })
  useLive('TEST_STEP_PROGRESS', (result) => {
    if (result.stepName === stepName) showProgress(key, result)
  })
  const start = useCallback(() => {
    const begin = async (): Promise<void> => {
      setTest(key, { state: 'running', runId: undefined, startedAt: performance.now(), progress: undefined })
      try {
        // The server tests what it has.
        await builder.settled()
        const flowVersionId = builder.getState().version.id
        const run = await client.sampleData.testStep({ body: { projectId, flowVersionId, stepName } })
        nameRun(key, run.id)
        await watch(key, run.id, stepName)
      } catch (error) {
        setTest(key, { state: 'refused', error })
      }
    }
    void begin()
  }, [builder, key, projectId, stepName])
  return { test, start }
}

/** Asks for the run until its end is known: messages may be lost on the way. */
async function watch(key: string, runId: string, stepName: string): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, ASK_MS))
    const test = useTests.getState().tests[key]
    if (test?.state !== 'running' || test.runId !== runId) return
    const run = await client.flowRuns.get({ params: { id: runId } }).catch(() => undefined)
    if (!run || !ENDED.has(run.status)) continue
    // The message of the end comes a little after the run is on disk.
    await new Promise((resolve) => setTimeout(resolve, ASK_MS))
    const step = run.steps?.[stepName]
    const message = step?.errorMessage
    endTest(key, {
      ...{ runId, stepName, projectId: run.projectId },
      success: step?.status === 'SUCCEEDED',
      input: step?.input ?? {},
      output: step?.output ?? null,
      standardError: typeof message === 'string' ? message : message === undefined ? '' : JSON.stringify(message),
      standardOutput: step?.standardOutput ?? '',
    })
  }
}
