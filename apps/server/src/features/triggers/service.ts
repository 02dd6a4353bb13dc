import { AppError } from '@piecework/model/errors'
import type { FlowVersion } from '@piecework/model/flow/flow'
import type { PieceTrigger } from '@piecework/model/flow/step'
import { newId } from '@piecework/model/ids'
import type { TriggerMetadata, TriggerStrategy } from '@piecework/model/piece/metadata'
import type { Logger } from 'pino'
import type { Db } from '../../database/open.ts'
import type { Interactive } from '../../dispatch/operations.ts'
import { PRIORITY } from '../../queue/job.ts'
import type { Queue } from '../../queue/queue.ts'
import type { LoadedVersion, VersionSource } from '../runs/versions.ts'
import { type HookRequest, hookOperation, hookResult, type TriggerOwner } from './hooks.ts'
import { nextTick, type Schedule, tickKey } from './schedule.ts'

/** Registers and unregisters the triggers of flows. */
export interface TriggerService {
  /**
   * Takes the trigger of a version into service; what was registered for the flow before is taken out first.
   * @throws AppError TRIGGER_UPDATE_STATUS when the trigger refuses; nothing is registered then.
   */
  enable(flow: { id: string; projectId: string }, version: FlowVersion): Promise<void>
  /** Takes the flow's trigger out of service. What the piece says against it is logged only. */
  disable(flow: { id: string; projectId: string }): Promise<void>
}

interface Parts {
  db: Db
  queue: Queue
  interactive: Interactive
  versions: VersionSource
  hooks: Parameters<typeof hookOperation>[0]
  triggerOf(
    pieceName: string,
    pieceVersion: string,
    triggerName: string,
    platformId: string,
  ): Promise<TriggerMetadata | undefined>
  defaultPollMinutes: number
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

export function createTriggerService(parts: Parts): TriggerService {
  const { db, queue, log } = parts

  const ask = async (request: HookRequest) =>
    hookResult(await parts.interactive(await hookOperation(parts.hooks, request)), request.owner)

  const ownerOf = async (flow: { id: string; projectId: string }): Promise<TriggerOwner> => {
    const project = await db
      .selectFrom('project')
      .select('platformId')
      .where('id', '=', flow.projectId)
      .executeTakeFirstOrThrow()
    return { flowId: flow.id, projectId: flow.projectId, platformId: project.platformId }
  }

  const hooked = (version: LoadedVersion, trigger: PieceTrigger): boolean => {
    const { pieceName, pieceVersion, triggerName } = trigger.settings
    const builtin = version.ref.pieces[`${pieceName}@${pieceVersion}`]?.type === 'BUILTIN'
    return !(builtin && WITHOUT_HOOKS.has(`${pieceName}:${triggerName}`))
  }

  const scheduleOf = async (
    owner: TriggerOwner,
    version: LoadedVersion,
    trigger: PieceTrigger,
    type: TriggerStrategy,
  ) => {
    const enabled = hooked(version, trigger) ? await ask({ hook: 'ON_ENABLE', owner, version }) : undefined
    if (type !== 'POLLING') return null
    const given = enabled?.schedule
    return {
      type: 'CRON_EXPRESSION' as const,
      cronExpression: given?.cronExpression ?? `*/${parts.defaultPollMinutes} * * * *`,
      timezone: given?.timezone ?? 'UTC',
    }
  }

  const disable = async (flow: { id: string; projectId: string }): Promise<void> => {
    const source = await db
      .selectFrom('trigger_source')
      .select(['id', 'flowVersionId'])
      .where('flowId', '=', flow.id)
      .where('simulate', '=', false)
      .where('deleted', 'is', null)
      .executeTakeFirst()
    if (!source) return
    await queue.removeKey({ key: tickKey(source.id) })
    try {
      const version = await parts.versions.get(source.flowVersionId)
      const { trigger } = version.version
      const owner = await ownerOf(flow)
      if (trigger.type === 'PIECE_TRIGGER' && hooked(version, trigger))
        await ask({ hook: 'ON_DISABLE', owner, version })
    } catch (error) {
      log.warn({ err: error, flowId: flow.id }, 'the trigger failed while it was disabled; it counts as disabled')
    }
    await db.updateTable('trigger_source').set({ deleted: new Date() }).where('id', '=', source.id).execute()
  }

  return {
    disable,
    async enable(flow, flowVersion) {
      await disable(flow)
      const { trigger } = flowVersion
      if (trigger.type !== 'PIECE_TRIGGER' || !trigger.settings.triggerName)
        throw new AppError('TRIGGER_UPDATE_STATUS', {
          flowId: flow.id,
          flowVersionId: flowVersion.id,
          message: 'The flow has no trigger: choose one first.',
        })
      const { pieceName, pieceVersion, triggerName } = trigger.settings
      const owner = await ownerOf(flow)
      const metadata = await parts.triggerOf(pieceName, pieceVersion, triggerName, owner.platformId)
      if (!metadata)
        throw new AppError('TRIGGER_UPDATE_STATUS', {
          flowId: flow.id,
          flowVersionId: flowVersion.id,
          message: `${pieceName} ${pieceVersion} has no trigger ${triggerName}.`,
        })
      const sourceId = newId()
      let schedule: Schedule | null
      try {
        const version = await parts.versions.get(flowVersion.id)
        schedule = await scheduleOf(owner, version, trigger, metadata.type)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        throw new AppError('TRIGGER_UPDATE_STATUS', { flowId: flow.id, flowVersionId: flowVersion.id, message })
      }
      await db
        .insertInto('trigger_source')
        .values({
          id: sourceId,
          flowId: flow.id,
          flowVersionId: flowVersion.id,
          triggerName,
          projectId: flow.projectId,
          type: metadata.type,
          schedule: schedule && JSON.stringify(schedule),
          pieceName,
          pieceVersion,
          simulate: false,
        })
        .execute()
      if (!schedule) return
      await queue.add([
        {
          id: newId(),
          kind: 'POLL',
          projectId: flow.projectId,
          priority: PRIORITY.veryLow,
          dueAt: nextTick(schedule, new Date()),
          key: tickKey(sourceId),
          data: JSON.stringify({ sourceId }),
        },
      ])
    },
  }
}
