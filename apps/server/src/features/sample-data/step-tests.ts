import { AppError, notFound } from '@piecework/model/errors'
import { findStep } from '@piecework/model/flow/walk'
import type { FlowRun } from '@piecework/model/run/run'
import type { Logger } from 'pino'
import { PRIORITY } from '../../queue/job.ts'
import type { Flows } from '../flows/service.ts'
import type { RunListener } from '../runs/execute.ts'
import { newRun } from '../runs/new-run.ts'
import type { RunService } from '../runs/service.ts'
import type { RunStarter } from '../runs/start.ts'
import type { VersionSource } from '../runs/versions.ts'
import type { SampleData } from './service.ts'

export interface StepTestRequest {
  projectId: string
  platformId: string
  userId: string | null
  flowVersionId: string
  stepName: string
}

/** Runs one step of a flow over the sample data of the others, and keeps what comes of it as its sample data. */
export interface StepTests {
  /** @returns the run, which goes on. @throws AppError ENTITY_NOT_FOUND, FLOW_OPERATION_INVALID */
  start(request: StepTestRequest): Promise<FlowRun>
  /** To be told of every run that ends. */
  finished: RunListener['finished']
}

interface Parts {
  flows: Flows
  versions: VersionSource
  starter: RunStarter
  runs: RunService
  sampleData: SampleData
  log: Logger
}

export function createStepTests({ flows, versions, starter, runs, sampleData, log }: Parts): StepTests {
  const keep: RunListener['finished'] = async ({ runId, projectId, attempt }) => {
    const stepName = attempt.test?.stepName
    if (stepName === undefined) return
    // As it was recorded, with large outputs brought back.
    const step = (await runs.get(projectId, runId)).steps?.[stepName]
    if (!step) return
    const { flowId, platformId } = attempt
    const of = { projectId, flowId, stepName }
    const sampleDataSettings = {
      sampleDataInputFileId: await sampleData.save({ ...of, type: 'INPUT' }, step.input),
      ...(step.status === 'FAILED'
        ? {}
        : { sampleDataFileId: await sampleData.save({ ...of, type: 'OUTPUT' }, step.output) }),
    }
    const actor = { projectId, platformId, userId: null }
    const request = { stepName, sampleDataSettings }
    await flows.operate(actor, flowId, { type: 'UPDATE_SAMPLE_DATA_INFO', request }).catch(async (error: unknown) => {
      await sampleData.remove(projectId, Object.values(sampleDataSettings))
      throw error
    })
  }

  return {
    async start({ projectId, platformId, userId, flowVersionId, stepName }) {
      const version = await flows.versionById(projectId, flowVersionId)
      const step = findStep(version.trigger, stepName)
      if (!step) throw notFound('step', stepName)
      if (step.type === 'EMPTY' || step.type === 'PIECE_TRIGGER')
        throw new AppError('FLOW_OPERATION_INVALID', {
          message: `${stepName} is the trigger: it is tested with POST /v1/test-trigger`,
        })
      const run = newRun({
        projectId,
        flowId: version.flowId,
        flowVersionId,
        environment: 'TESTING',
        stepNameToTest: stepName,
        payload: '{}',
        priority: PRIORITY.critical,
        triggeredBy: userId,
      })
      await starter.start(run, platformId, await versions.get(flowVersionId))
      return runs.get(projectId, run.id)
    },

    async finished(run) {
      await keep(run).catch((error: unknown) =>
        // The step or the flow may be gone by now; the run itself is recorded.
        log.warn({ err: error, runId: run.runId }, 'the result of a step test could not be kept as sample data'),
      )
    },
  }
}
