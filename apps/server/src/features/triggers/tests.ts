import { AppError } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { SeekPage } from '@piecework/model/page'
import type { PageRequest } from '../../database/pagination.ts'
import type { Interactive } from '../../dispatch/operations.ts'
import type { Flows } from '../flows/service.ts'
import type { VersionSource } from '../flows/version-source.ts'
import { type HookSettings, hookOperation, hookResult } from './hooks.ts'
import type { TriggerEvent, TriggerSamples } from './samples.ts'
import type { TriggerService } from './service.ts'

interface ProjectRef {
  projectId: string
  platformId: string
}

/** Trying out a trigger while a flow is built. */
export interface TriggerTests {
  /** Asks the trigger's own test for events, in place of those kept so far. @throws AppError TEST_TRIGGER_FAILED */
  test(project: ProjectRef, flowId: string, flowVersionId: string): Promise<SeekPage<TriggerEvent>>
  /** Listens for one real event; asked again it stops to. @throws AppError TEST_TRIGGER_FAILED */
  toggleSimulation(project: ProjectRef, flowId: string, flowVersionId: string): Promise<void>
  cancelSimulation(project: ProjectRef, flowId: string): Promise<void>
  /** Keeps an event that somebody made up. */
  mock(project: ProjectRef, flowId: string, payload: unknown): Promise<TriggerEvent>
  /** The events kept of the trigger that the flow has now. */
  list(project: ProjectRef, flowId: string, page: PageRequest): Promise<SeekPage<TriggerEvent>>
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

  const latest = async ({ projectId }: ProjectRef, flowId: string): Promise<FlowVersion> =>
    (await flows.get(projectId, flowId)).version

  const askForEvents = async ({ projectId, platformId }: ProjectRef, version: FlowVersion): Promise<string[]> => {
    if (version.trigger.type !== 'PIECE_TRIGGER' || !version.trigger.settings.triggerName)
      throw new AppError('TEST_TRIGGER_FAILED', { message: 'The flow has no trigger: choose one first.' })
    const owner = { projectId, platformId, flowId: version.flowId }
    const loaded = await parts.versions.get(version.id)
    const request = await hookOperation(parts.hooks, { hook: 'TEST', owner, version: loaded, simulate: true })
    return hookResult(await parts.interactive(request), owner).output ?? []
  }

  return {
    async test(project, flowId, flowVersionId) {
      const version = await flows.version(project.projectId, flowId, flowVersionId)
      const owner = { projectId: project.projectId, flowId }
      const events = await askForEvents(project, version).catch((error: unknown) => {
        throw failed(error)
      })
      await samples.replace(owner, version.trigger, events)
      return samples.list(owner, version.trigger, FIRST_PAGE)
    },

    async toggleSimulation({ projectId }, flowId, flowVersionId) {
      const version = await flows.version(projectId, flowId, flowVersionId)
      const flow = { id: flowId, projectId }
      await triggers.toggleSimulation(flow, version).catch((error: unknown) => {
        throw failed(error)
      })
    },

    async cancelSimulation({ projectId }, flowId) {
      await flows.get(projectId, flowId)
      await triggers.endSimulation({ id: flowId, projectId })
    },

    async mock(project, flowId, payload) {
      const { trigger } = await latest(project, flowId)
      const owner = { projectId: project.projectId, flowId }
      const [event] = await samples.save(owner, trigger, [JSON.stringify(payload ?? null)])
      if (!event) throw new AppError('TEST_TRIGGER_FAILED', { message: 'the event could not be kept' })
      return event
    },

    async list(project, flowId, page) {
      const { trigger } = await latest(project, flowId)
      return samples.list({ projectId: project.projectId, flowId }, trigger, page)
    },
  }
}

function failed(error: unknown): unknown {
  if (!(error instanceof AppError)) return error
  return new AppError('TEST_TRIGGER_FAILED', { message: error.message })
}
