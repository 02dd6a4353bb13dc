import type { FlowStatus } from '@piecework/model/flow/flow'
import type { Trigger } from '@piecework/model/flow/step'
import type { Db } from '../../database/open.ts'

/** The facts about a flow that the webhook route needs before it reads the call. */
export interface FlowEntry {
  flowId: string
  projectId: string
  platformId: string
  status: FlowStatus
  /** The version that live calls run: the published one, else the latest. */
  live: { id: string; trigger: Trigger }
  latestVersionId: string
  /** A test in the builder listens for the next event. */
  simulates: boolean
  /**
   * The version whose trigger is registered. Apps call back while their webhook is registered, before the version is
   * live.
   */
  registeredVersionId: string | null
}

/** Undefined when there is no such flow, or it is about to go. */
export async function selectFlowEntry(db: Db, flowId: string): Promise<FlowEntry | undefined> {
  const flow = await db
    .selectFrom('flow as f')
    .innerJoin('project as p', 'p.id', 'f.projectId')
    .select(['f.id', 'f.projectId', 'p.platformId', 'f.status', 'f.publishedVersionId'])
    .where('f.id', '=', flowId)
    .where('f.operationStatus', '=', 'NONE')
    .where('p.deleted', 'is', null)
    .executeTakeFirst()
  if (!flow) return undefined
  const latest = await db
    .selectFrom('flow_version')
    .select(['id', 'trigger'])
    .where('flowId', '=', flowId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!latest) return undefined
  const live =
    flow.publishedVersionId === null || flow.publishedVersionId === latest.id
      ? latest
      : await db
          .selectFrom('flow_version')
          .select(['id', 'trigger'])
          .where('id', '=', flow.publishedVersionId)
          .executeTakeFirstOrThrow()
  const sources = await db
    .selectFrom('trigger_source')
    .select(['simulate', 'flowVersionId'])
    .where('flowId', '=', flowId)
    .where('deleted', 'is', null)
    .execute()
  return {
    flowId: flow.id,
    projectId: flow.projectId,
    platformId: flow.platformId,
    status: flow.status,
    live,
    latestVersionId: latest.id,
    simulates: sources.some((source) => source.simulate),
    registeredVersionId: sources.find((source) => !source.simulate)?.flowVersionId ?? null,
  }
}
