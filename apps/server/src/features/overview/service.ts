import type { FlowDiagnosis } from '@piecework/api/flow-diagnosis'
import type { FlowOverview, PieceUse } from '@piecework/api/flow-overview'
import { notFound } from '@piecework/model/errors'
import { countUnready } from '@piecework/model/flow/derive'
import type { SeekPage } from '@piecework/model/page'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import type { Placements } from '../../dispatch/placements.ts'
import { flowPolicy } from '../../policies/flow.ts'
import { authorize, has } from '../../policies/policy.ts'
import { runPolicy } from '../../policies/run.ts'
import { selectFlowWithVersion } from '../flows/store.ts'
import { tickKeys } from '../triggers/schedule.ts'
import { diagnose } from './diagnosis.ts'
import { countRunningOf, selectCircumstances, selectOpenRuns } from './diagnosis-store.ts'
import { pagePieceUses } from './piece-uses-store.ts'
import { type OverviewFilter, type OverviewRow, pageOverview, selectDueTimes, selectOverview } from './store.ts'

/** Which flows of the project. */
export type ListedFlows = Omit<OverviewFilter, 'projectId' | 'direction'> & { direction?: 'asc' | 'desc' | undefined }

/** Flows as pages list them: with their last run, their next tick and their state, and without their steps. */
export interface Overviews {
  list(actor: ProjectActor, filter: ListedFlows, page: PageRequest): Promise<SeekPage<FlowOverview>>
  /** The flows whose latest version has steps of a piece. */
  usesOf(actor: ProjectActor, pieceName: string, page: PageRequest): Promise<SeekPage<PieceUse>>
  /**
   * Says why a flow does not run, or what it waits for. @throws AppError ENTITY_NOT_FOUND
   * @param runId only this run is looked at when it says what its open runs wait for
   */
  diagnose(actor: ProjectActor, flowId: string, runId?: string): Promise<FlowDiagnosis>
}

interface Parts {
  db: Db
  /** Resolves when the runs so far can be read. */
  recorded(): Promise<void>
  placements: Pick<Placements, 'of'>
}

export function createOverviews({ db, recorded, placements }: Parts): Overviews {
  /** Loads the facts that a list shows about flows, by the ids of their latest versions. */
  const load = async (actor: ProjectActor, versionIds: readonly string[]): Promise<Map<string, FlowOverview>> => {
    const rows = await selectOverview(db, versionIds, has(actor, runPolicy.read.needs))
    const keys = new Map(
      [...rows.values()].flatMap(({ id, sourceId }) => (sourceId === null ? [] : [[id, tickKeys(sourceId)[0]]])),
    )
    const due = await selectDueTimes(db, [...keys.values()])
    return new Map([...rows].map(([id, row]) => [id, present(row, due.get(keys.get(id) ?? ''))]))
  }

  return {
    async list(actor, filter, request) {
      authorize(actor, flowPolicy.read)
      await recorded()
      const { sort, direction = sort === 'name' ? 'asc' : 'desc' } = filter
      const page = await pageOverview(db, { ...filter, direction, projectId: actor.projectId }, request)
      const flows = await load(
        actor,
        page.data.map(({ versionId }) => versionId),
      )
      return { ...page, data: page.data.flatMap(({ id }) => flows.get(id) ?? []) }
    },

    async usesOf(actor, pieceName, request) {
      authorize(actor, flowPolicy.read)
      const page = await pagePieceUses(db, { projectId: actor.projectId, pieceName }, request)
      const data = page.data.map(({ steps, isPublished, ...flow }) => ({
        ...flow,
        // Null where the flow was never published.
        isPublished: isPublished === true,
        steps: steps ?? [],
      }))
      return { ...page, data }
    },

    async diagnose(actor, flowId, runId) {
      authorize(actor, flowPolicy.read)
      await recorded()
      const { projectId } = actor
      const found = await selectFlowWithVersion(db, projectId, flowId, undefined)
      const flow = found && (await load(actor, [found.version.id])).get(flowId)
      const runs = { projectId, flowId, runId }
      const circumstances = flow && (await selectCircumstances(db, runs))
      if (!circumstances) throw notFound('flow', flowId)
      // People who may not see runs learn nothing of them.
      const open = has(actor, runPolicy.read.needs) ? await selectOpenRuns(db, runs) : []
      const { quota } = await placements.of(projectId)
      const running = quota === null || open.length === 0 ? 0 : await countRunningOf(db, quota.bucket)
      return diagnose({ flow, circumstances, open, quota, running })
    },
  }
}

function present(row: OverviewRow, nextTick: string | undefined): FlowOverview {
  const { ownerId, ownerName, state, triggerType, triggerDisplayName, pieceName, triggerName, input } = row
  const { tree, sourceId: _, schedule, runId, runStatus, runCreated, runFinishTime, ...flow } = row
  return {
    ...flow,
    owner: ownerId === null ? null : { id: ownerId, displayName: ownerName ?? '' },
    hasUnpublishedChanges:
      row.publishedVersionId !== null && row.publishedVersionId !== row.versionId && state === 'DRAFT',
    invalidSteps: tree === null ? 0 : countUnready(tree),
    trigger: { type: triggerType, displayName: triggerDisplayName, pieceName, triggerName, input },
    schedule,
    nextTick: nextTick ?? null,
    lastRun:
      runId === null || runStatus === null || runCreated === null
        ? null
        : { id: runId, status: runStatus, created: runCreated, finishTime: runFinishTime },
  }
}
