import { AppError, notFound } from '@piecework/model/errors'
import { findStep, isAction } from '@piecework/model/flow/walk'
import type { StepTestResult } from '@piecework/model/live/events'
import type { FlowRun } from '@piecework/model/run/run'
import type { Logger } from 'pino'
import { type ProjectActor, systemActor } from '../../access/actor.ts'
import type { Events } from '../../events/events.ts'
import type { RunEnd } from '../../events/runs.ts'
import { authorize } from '../../policies/policy.ts'
import { sampleDataPolicy } from '../../policies/sample-data.ts'
import { PRIORITY } from '../../queue/job.ts'
import type { SampleData } from '../flows/sample-data.ts'
import type { Flows } from '../flows/service.ts'
import type { VersionSource } from '../flows/version-source.ts'
import { newRun } from '../runs/new-run.ts'
import type { RunService } from '../runs/service.ts'
import type { RunStarter } from '../runs/starting/start.ts'

export interface StepTestRequest {
  flowVersionId: string
  stepName: string
}

/** Runs one step of a flow over the sample data of the others, and keeps what comes of it as its sample data. */
export interface StepTests {
  /** @returns the run, which goes on. @throws AppError ENTITY_NOT_FOUND, FLOW_OPERATION_INVALID */
  start(actor: ProjectActor, request: StepTestRequest): Promise<FlowRun>
  /** Callers report every run that ends. */
  finished(end: RunEnd): Promise<void>
}

interface Parts {
  flows: Flows
  versions: VersionSource
  starter: RunStarter
  runs: RunService
  sampleData: SampleData
  events: Pick<Events, 'emit' | 'on'>
  log: Logger
}

export function createStepTests({ flows, versions, starter, runs, sampleData, events, log }: Parts): StepTests {
  /** Keeps the result of the step as its sample data. */
  const keep = async ({ runId, projectId, outcome, attempt }: RunEnd, stepName: string): Promise<StepTestResult> => {
    const { flowId, platformId } = attempt
    const actor = systemActor('step tests', { projectId, platformId })
    // As it was recorded, with large outputs brought back.
    const step = (await runs.get(actor, runId)).steps?.[stepName]
    const result = {
      runId,
      projectId,
      stepName,
      success: false,
      input: {},
      output: null,
      standardOutput: step?.standardOutput ?? '',
    }
    // Nothing of the step is known when its engine could not even begin.
    if (!step)
      return { ...result, standardError: outcome.failedStep?.message ?? `The test ended as ${outcome.status}.` }
    const of = { projectId, flowId, stepName }
    const failed = step.status === 'FAILED'
    const sampleDataSettings = {
      sampleDataInputFileId: await sampleData.save({ ...of, type: 'INPUT' }, step.input),
      ...(failed ? {} : { sampleDataFileId: await sampleData.save({ ...of, type: 'OUTPUT' }, step.output) }),
    }
    const request = { stepName, sampleDataSettings }
    const kept = await flows.operate(actor, flowId, { type: 'UPDATE_SAMPLE_DATA_INFO', request }, {}).then(
      () => sampleDataSettings,
      async (error: unknown) => {
        // The step or the flow may be gone by now; the run itself is recorded.
        log.warn({ err: error, runId }, 'the result of a step test could not be saved as sample data')
        await sampleData.remove(projectId, Object.values(sampleDataSettings))
        return {}
      },
    )
    const { input, output = null } = step
    const standardError = step.errorMessage === undefined ? '' : textOf(step.errorMessage)
    return { ...result, ...kept, success: !failed, input, output, standardError }
  }

  return {
    async start(actor, { flowVersionId, stepName }) {
      authorize(actor, sampleDataPolicy.testStep)
      const version = await flows.versionById(actor, flowVersionId)
      const step = findStep(version.trigger, stepName)
      if (!step) throw notFound('step', stepName)
      if (!isAction(step))
        throw new AppError('FLOW_OPERATION_INVALID', {
          message: `${stepName} is the trigger: it is tested with POST /v1/test-trigger`,
        })
      const run = newRun({
        projectId: actor.projectId,
        flowId: version.flowId,
        flowVersionId,
        environment: 'TESTING',
        stepNameToTest: stepName,
        payload: '{}',
        priority: PRIORITY.critical,
        triggeredBy: actor.userId,
      })
      await starter.start(run, actor.platformId, await versions.get(flowVersionId))
      return runs.get(actor, run.id)
    },

    async finished(end) {
      const stepName = end.attempt.facts.stepNameToTest
      if (stepName === null) return
      const result = await keep(end, stepName).catch((error: unknown) => {
        log.warn({ err: error, runId: end.runId }, 'the result of a step test could not be read')
        return undefined
      })
      if (result) await events.emit('STEP_TESTED', result)
    },
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
