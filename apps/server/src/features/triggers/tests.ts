import { AppError } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { SeekPage } from '@piecework/model/page'
import type { ProjectActor } from '../../access/actor.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Interactive } from '../../dispatch/operations.ts'
import { authorize } from '../../policies/policy.ts'
import { triggerPolicy } from '../../policies/trigger.ts'
import type { Flows } from '../flows/service.ts'
import type { VersionSource } from '../flows/version-source.ts'
import { type HookSettings, hookOperation, hookResult } from './hooks.ts'
import type { TriggerEvent, TriggerSamples } from './samples.ts'
import type { TriggerService } from './service.ts'

/** Trying out a trigger while a flow is built. */
export interface TriggerTests {
  /** Asks the trigger's own test for events, in place of those kept so far. @throws AppError TEST_TRIGGER_FAILED */
  test(actor: ProjectActor, flowId: string, flowVersionId: string): Promise<SeekPage<TriggerEvent>>
  /** Listens for one real event; asked again it stops to. @throws AppError TEST_TRIGGER_FAILED */
  toggleSimulation(actor: ProjectActor, flowId: string, flowVersionId: string): Promise<void>
  cancelSimulation(actor: ProjectActor, flowId: string): Promise<void>
  /** Keeps an event that somebody made up. */
  mock(actor: ProjectActor, flowId: string, payload: unknown): Promise<TriggerEvent>
  /** The events kept of the trigger that the flow has now. */
  list(actor: ProjectActor, flowId: string, page: PageRequest): Promise<SeekPage<TriggerEvent>>
}

interface Parts {
  flows: Flows
  versions: VersionSource
  interactive: Interactive
  hooks: HookSettings
  samples: TriggerSamples
  triggers: TriggerService
}

const FIRST_PAGE = { limit: 10 }

export function createTriggerTests(parts: Parts): TriggerTests {
  const { flows, samples, triggers } = parts

  const latest = async (actor: ProjectActor, flowId: string): Promise<FlowVersion> =>
    (await flows.get(actor, flowId)).version

  const askForEvents = async ({ projectId, platformId }: ProjectActor, version: FlowVersion): Promise<string[]> => {
    if (version.trigger.type !== 'PIECE_TRIGGER' || !version.trigger.settings.triggerName)
      throw new AppError('TEST_TRIGGER_FAILED', { message: 'The flow has no trigger: choose one first.' })
    const owner = { projectId, platformId, flowId: version.flowId }
    const loaded = await parts.versions.get(version.id)
    const request = await hookOperation(parts.hooks, { hook: 'TEST', owner, version: loaded, simulate: true })
    return hookResult(await parts.interactive(request), owner).output ?? []
  }

  return {
    async test(actor, flowId, flowVersionId) {
      authorize(actor, triggerPolicy.test)
      const version = await flows.version(actor, flowId, flowVersionId)
      const owner = { projectId: actor.projectId, flowId }
      const events = await askForEvents(actor, version).catch((error: unknown) => {
        throw failed(error)
      })
      await samples.replace(owner, version.trigger, events)
      return samples.list(owner, version.trigger, FIRST_PAGE)
    },

    async toggleSimulation(actor, flowId, flowVersionId) {
      authorize(actor, triggerPolicy.test)
      const version = await flows.version(actor, flowId, flowVersionId)
      const flow = { id: flowId, projectId: actor.projectId }
      await triggers.toggleSimulation(flow, version).catch((error: unknown) => {
        throw failed(error)
      })
    },

    async cancelSimulation(actor, flowId) {
      authorize(actor, triggerPolicy.stopTest)
      await flows.get(actor, flowId)
      await triggers.endSimulation({ id: flowId, projectId: actor.projectId })
    },

    async mock(actor, flowId, payload) {
      authorize(actor, triggerPolicy.saveEvent)
      const { trigger } = await latest(actor, flowId)
      const owner = { projectId: actor.projectId, flowId }
      const [event] = await samples.save(owner, trigger, [JSON.stringify(payload ?? null)])
      if (!event) throw new AppError('TEST_TRIGGER_FAILED', { message: 'the event could not be stored' })
      return event
    },

    async list(actor, flowId, page) {
      authorize(actor, triggerPolicy.readEvents)
      const { trigger } = await latest(actor, flowId)
      return samples.list({ projectId: actor.projectId, flowId }, trigger, page)
    },
  }
}

function failed(error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  return new AppError('TEST_TRIGGER_FAILED', { message: error.message })
}
