import { AppError } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { LIVE_REQUESTS } from '@piecework/model/live/events'
import type { FlowRun } from '@piecework/model/run/run'
import { flowPolicy } from '../../policies/flow.ts'
import { authorize } from '../../policies/policy.ts'
import { PRIORITY } from '../../queue/job.ts'
import type { SampleData } from '../flows/sample-data.ts'
import type { Flows } from '../flows/service.ts'
import type { VersionSource } from '../flows/version-source.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import { type NewRun, newRun } from '../runs/new-run.ts'
import { presentFacts } from '../runs/showing/present.ts'
import type { RunStarter } from '../runs/starting/start.ts'
import { type ActingCaller, type LiveHandlers, liveHandler } from './requests.ts'

interface Parts {
  flows: Flows
  versions: VersionSource
  starter: RunStarter
  sampleData: SampleData
  catalogue: Pick<Catalogue, 'find'>
}

/** Runs that somebody starts by a button of the builder, and watches. */
export function createFlowRunRequests(
  parts: Parts,
): Pick<LiveHandlers, 'TEST_FLOW_RUN' | 'MANUAL_TRIGGER_RUN_STARTED'> {
  const { flows, versions, starter, sampleData } = parts

  const start = async (
    { actor }: ActingCaller,
    version: FlowVersion,
    fields: Pick<NewRun, 'payload' | 'environment'>,
  ): Promise<FlowRun> => {
    const run = newRun({
      projectId: actor.projectId,
      flowId: version.flowId,
      flowVersionId: version.id,
      priority: PRIORITY.high,
      triggeredBy: actor.userId,
      ...fields,
    })
    await starter.start(run, actor.platformId, await versions.get(version.id))
    return presentFacts(run)
  }

  const strategyOf = async ({ trigger }: FlowVersion, platformId: string): Promise<string | undefined> => {
    if (trigger.type !== 'PIECE_TRIGGER') return undefined
    const { pieceName, pieceVersion, triggerName = '' } = trigger.settings
    return (await parts.catalogue.find(pieceName, pieceVersion, platformId))?.metadata.triggers[triggerName]?.type
  }

  return {
    TEST_FLOW_RUN: liveHandler(LIVE_REQUESTS.TEST_FLOW_RUN, async (caller, { flowVersionId }) => {
      const { projectId } = caller.actor
      const version = await flows.versionById(caller.actor, flowVersionId)
      if (version.trigger.type === 'EMPTY')
        throw new AppError('FLOW_OPERATION_INVALID', { message: 'the flow has no trigger yet: choose one first' })
      const sample = await sampleData.read({ projectId, version, stepName: version.trigger.name, type: 'OUTPUT' })
      const run = await start(caller, version, { environment: 'TESTING', payload: JSON.stringify(sample ?? {}) })
      caller.emit('TEST_FLOW_RUN_STARTED', run)
      return run
    }),

    MANUAL_TRIGGER_RUN_STARTED: liveHandler(
      LIVE_REQUESTS.MANUAL_TRIGGER_RUN_STARTED,
      async (caller, { flowVersionId }) => {
        const { actor } = caller
        const version = await flows.versionById(actor, flowVersionId)
        if ((await strategyOf(version, actor.platformId)) !== 'MANUAL')
          throw new AppError('FLOW_OPERATION_INVALID', {
            message: 'the trigger of this flow is not manual: its runs begin with events',
          })
        const flow = await flows.get(actor, version.flowId)
        const isLive = flow.status === 'ENABLED' && flow.publishedVersionId === version.id
        authorize(actor, isLive ? flowPolicy.run : flowPolicy.edit)
        const run = await start(caller, version, { environment: isLive ? 'PRODUCTION' : 'TESTING', payload: '{}' })
        caller.emit('MANUAL_TRIGGER_RUN_STARTED', run)
        return run
      },
    ),
  }
}
