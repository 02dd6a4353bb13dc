import { isDeepStrictEqual } from 'node:util'
import { AppError } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { PieceTrigger } from '@piecework/model/flow/step'
import { newId } from '@piecework/model/ids'
import type { TriggerMetadata } from '@piecework/model/piece/metadata'
import type { Logger } from 'pino'
import type { DueClock } from '../../database/clock.ts'
import type { Db } from '../../database/open.ts'
import type { Interactive } from '../../dispatch/operations.ts'
import type { Events } from '../../events/events.ts'
import type { Queue } from '../../queue/queue.ts'
import { createSharedLocks } from '../flows/locks.ts'
import type { NewTrigger } from '../flows/publish.ts'
import type { LoadedVersion, VersionSource } from '../flows/version-source.ts'
import { selectPlatformOfProject } from '../projects/store.ts'
import {
  type HookRequest,
  type HookSettings,
  hookOperation,
  hookResult,
  missingTriggerPiece,
  type TriggerOwner,
} from './hooks.ts'
import type { TriggerSamples } from './samples.ts'
import { defaultSchedule, tickKeys } from './schedule.ts'
import {
  deleteRoutings,
  insertRoutings,
  insertSource,
  markSourceDeleted,
  type Source,
  selectSource,
  setSchedule,
  setSettled,
} from './store.ts'
import { tickJob } from './tick-job.ts'

type FlowRef = { id: string; projectId: string }

/** Registers and unregisters the triggers of flows. */
export interface TriggerService {
  /**
   * Takes the trigger of a version into service; what was registered for the flow before is taken out first.
   * @throws AppError TRIGGER_UPDATE_STATUS when the trigger refuses; nothing is registered then.
   */
  enable(flow: FlowRef, version: FlowVersion): Promise<void>
  /** Takes the flow's trigger out of service. What the piece says against it is logged only. */
  disable(flow: FlowRef): Promise<void>
  /** @returns false when nothing was listening. */
  endSimulation(flow: FlowRef): Promise<boolean>
  /** Registers for a test, or ends one that listens. @throws as enable. */
  toggleSimulation(flow: FlowRef, version: FlowVersion): Promise<void>
  /**
   * The draft gets this trigger (undefined: whatever it will be): a test that listens with another one ends, while
   * its version still says what it registered.
   */
  replacing(flow: FlowRef, trigger: NewTrigger | undefined): Promise<void>
  /** The flow goes: so does everything that its triggers registered and kept. */
  remove(flow: FlowRef): Promise<void>
}

interface Parts {
  db: Db
  /** Nobody else uses the database. */
  embedded: boolean
  queue: Queue
  interactive: Interactive
  versions: VersionSource
  hooks: HookSettings
  triggerOf(
    pieceName: string,
    pieceVersion: string,
    triggerName: string,
    platformId: string,
  ): Promise<TriggerMetadata | undefined>
  samples: Pick<TriggerSamples, 'clear'>
  /** AP_TRIGGER_DEFAULT_POLL_INTERVAL. */
  everyMinutes: number
  /** By which ticks fall due. */
  clock: DueClock
  domain: Pick<Events, 'announce'>
  log: Logger
}

/** Triggers whose registration does nothing, so that no engine needs to be asked. */
const WITHOUT_HOOKS: ReadonlySet<string> = new Set([
  '@activepieces/piece-webhook:catch_webhook',
  '@activepieces/piece-manual-trigger:manual_trigger',
  '@activepieces/piece-subflows:callableFlow',
  '@activepieces/piece-forms:form_submission',
  '@activepieces/piece-forms:chat_submission',
  '@activepieces/piece-mcp:mcp_tool',
])

/** A version whose trigger can be registered. */
interface Registrable {
  owner: TriggerOwner
  flowVersionId: string
  trigger: PieceTrigger
  triggerName: string
  metadata: TriggerMetadata
}

export function createTriggerService(parts: Parts): TriggerService {
  const { db, queue, log } = parts
  /** A click and an event may end the same test. */
  const tests = createSharedLocks(parts, 'test')

  const ask = async (request: HookRequest) =>
    hookResult(await parts.interactive(await hookOperation(parts.hooks, request)), request.owner)

  const ownerOf = async (flow: FlowRef): Promise<TriggerOwner> => {
    return { flowId: flow.id, projectId: flow.projectId, platformId: await selectPlatformOfProject(db, flow.projectId) }
  }

  const registrable = async (flow: FlowRef, { id, trigger }: FlowVersion): Promise<Registrable> => {
    const refuse = (message: string) =>
      new AppError('TRIGGER_UPDATE_STATUS', { flowId: flow.id, flowVersionId: id, stepName: trigger.name, message })
    if (trigger.type !== 'PIECE_TRIGGER' || !trigger.settings.triggerName)
      throw refuse('The flow has no trigger: choose one first.')
    const { pieceName, pieceVersion, triggerName } = trigger.settings
    const owner = await ownerOf(flow)
    const metadata = await parts.triggerOf(pieceName, pieceVersion, triggerName, owner.platformId)
    if (!metadata) throw refuse(`${pieceName} ${pieceVersion} has no trigger ${triggerName}, or is not installed.`)
    return { owner, flowVersionId: id, trigger, triggerName, metadata }
  }

  /** Lets the trigger do what it does, and makes the jobs that it asks for. */
  const start = async (source: Source, { owner, trigger, metadata }: Registrable, simulate: boolean): Promise<void> => {
    const version = await parts.versions.get(source.flowVersionId)
    const enabled = hasHooks(version, trigger) ? await ask({ hook: 'ON_ENABLE', owner, version, simulate }) : undefined
    if (enabled?.listeners?.length) await insertRoutings(db, owner, trigger.settings.pieceName, enabled.listeners)
    if (simulate) return
    const schedule = enabled?.schedule ?? null
    if (metadata.type === 'POLLING') await setSchedule(db, source.id, schedule, defaultSchedule(parts.everyMinutes))
    const job = tickJob(source, metadata, schedule, parts.everyMinutes, new Date(parts.clock.now()))
    if (job) await queue.add([job])
  }

  /** The end of a registration, also of one that did not come about: the piece is asked to clean up. */
  const end = async (source: Source, simulate: boolean): Promise<void> => {
    const flow = { id: source.flowId, projectId: source.projectId }
    // Should this be the last that happens here, nobody takes the trigger for one in service.
    await setSettled(db, source.id, false)
    for (const key of tickKeys(source.id)) await queue.removeKey({ key })
    try {
      const version = await parts.versions.get(source.flowVersionId)
      const { trigger } = version.version
      if (trigger.type === 'PIECE_TRIGGER' && hasHooks(version, trigger) && !missingTriggerPiece(version))
        await ask({ hook: 'ON_DISABLE', owner: await ownerOf(flow), version, simulate })
    } catch (error) {
      log.warn({ err: error, flowId: flow.id }, 'the trigger failed while it was disabled; it counts as disabled')
    }
    await markSourceDeleted(db, source.id)
    await deleteRoutings(db, flow.id)
    parts.domain.announce('FLOW_CHANGED', { flowId: flow.id })
  }

  const unregister = async (flow: FlowRef, simulate: boolean): Promise<boolean> => {
    const source = await selectSource(db, flow.id, simulate)
    if (source) await end(source, simulate)
    return source !== undefined
  }

  const register = async (flow: FlowRef, version: FlowVersion, simulate: boolean): Promise<void> => {
    await unregister(flow, simulate)
    const wanted = await registrable(flow, version)
    // Stored before the piece is asked: apps call back while it registers with them, and what a crash leaves behind
    // is put right by it.
    const source = await insertSource(db, {
      id: newId(),
      flowId: flow.id,
      flowVersionId: version.id,
      triggerName: wanted.triggerName,
      projectId: flow.projectId,
      type: wanted.metadata.type,
      pieceName: wanted.trigger.settings.pieceName,
      pieceVersion: wanted.trigger.settings.pieceVersion,
      simulate,
      settled: false,
    })
    parts.domain.announce('FLOW_CHANGED', { flowId: flow.id })
    try {
      await start(source, wanted, simulate)
      await setSettled(db, source.id, true)
    } catch (error) {
      await end(source, simulate)
      const message = error instanceof Error ? error.message : String(error)
      throw new AppError('TRIGGER_UPDATE_STATUS', {
        ...{ flowId: flow.id, flowVersionId: version.id, stepName: version.trigger.name, message },
      })
    }
    parts.domain.announce('FLOW_CHANGED', { flowId: flow.id })
  }

  const endSimulation = (flow: FlowRef): Promise<boolean> => tests.run(flow.id, () => unregister(flow, true))

  return {
    enable: (flow, version) => register(flow, version, false),
    async disable(flow) {
      await unregister(flow, false)
    },
    endSimulation,
    toggleSimulation: (flow, version) =>
      tests.run(flow.id, async () => {
        if (!(await unregister(flow, true))) await register(flow, version, true)
      }),
    async replacing(flow, trigger) {
      const source = await selectSource(db, flow.id, true)
      if (!source) return
      const { version } = await parts.versions.get(source.flowVersionId)
      if (trigger === undefined || !listensAlike(version.trigger, trigger)) await endSimulation(flow)
    },
    async remove(flow) {
      await unregister(flow, false)
      await endSimulation(flow)
      await parts.samples.clear({ projectId: flow.projectId, flowId: flow.id })
    },
  }
}

/** Whether what one trigger has registered is what the other would. */
function listensAlike(one: NewTrigger, other: NewTrigger): boolean {
  if (one.type !== 'PIECE_TRIGGER' || other.type !== 'PIECE_TRIGGER') return one.type === other.type
  const registers = ({
    settings: { pieceName, pieceVersion, triggerName, input },
  }: Pick<PieceTrigger, 'settings'>) => ({
    pieceName,
    pieceVersion,
    triggerName,
    input,
  })
  return isDeepStrictEqual(registers(one), registers(other))
}

function hasHooks({ ref }: LoadedVersion, { settings }: PieceTrigger): boolean {
  const { pieceName, pieceVersion, triggerName } = settings
  const builtin = ref.pieces[`${pieceName}@${pieceVersion}`]?.type === 'BUILTIN'
  return !(builtin && WITHOUT_HOOKS.has(`${pieceName}:${triggerName}`))
}
