import { replaceConnection } from '@piecework/model/flow/connections'
import { withDerived } from '@piecework/model/flow/derive'
import type { FlowVersion } from '@piecework/model/flow/flow'
import { newId } from '@piecework/model/ids'
import type { Db } from '../../database/open.ts'
import {
  deleteVersion,
  insertVersion,
  lockFlow,
  selectFlowsUsing,
  selectLatestVersion,
  selectVersion,
  updateFlow,
  updateVersion,
} from './store.ts'

/** A published version that takes the place of another one. */
export interface Republished {
  flow: { id: string; projectId: string }
  version: FlowVersion
  /** Whether its trigger has to be taken into service. */
  enabled: boolean
}

/**
 * Lets every flow of a project use another connection, in its draft and in its published version. A locked version
 * never changes, so a published one is replaced by a copy.
 * @returns the copies that were published.
 */
export async function replaceConnectionInFlows(
  db: Db,
  projectId: string,
  from: string,
  to: string,
): Promise<{ changed: string[]; republished: Republished[] }> {
  const changed = await selectFlowsUsing(db, projectId, from)
  const republished: Republished[] = []
  for (const flowId of changed) {
    const copy = await db.transaction().execute((trx) => replaceInFlow(trx, projectId, flowId, from, to))
    if (copy) republished.push(copy)
  }
  return { changed, republished }
}

async function replaceInFlow(
  trx: Db,
  projectId: string,
  flowId: string,
  from: string,
  to: string,
): Promise<Republished | undefined> {
  const flow = await lockFlow(trx, projectId, flowId)
  const latest = flow && (await selectLatestVersion(trx, flowId))
  if (!flow || !latest) return undefined
  const rewrite = (version: FlowVersion): FlowVersion =>
    withDerived({ ...version, trigger: replaceConnection(version.trigger, from, to) })
  const published =
    flow.publishedVersionId === null ? undefined : await selectVersion(trx, flowId, flow.publishedVersionId)
  const draft = latest.state === 'DRAFT' ? latest : undefined
  if (!published?.connectionIds.includes(from)) {
    if (draft) await updateVersion(trx, rewrite(draft))
    return undefined
  }
  const now = Date.now()
  const stamp = new Date(now).toISOString()
  const version = { ...rewrite(published), id: newId(now), created: stamp, updated: stamp }
  await insertVersion(trx, version)
  if (draft) {
    // The draft stays the newest version: versions are ordered by id.
    await insertVersion(trx, { ...rewrite(draft), id: newId(now + 1) })
    await deleteVersion(trx, flowId, draft.id)
  }
  await updateFlow(trx, projectId, flowId, { publishedVersionId: version.id })
  return { flow, version, enabled: flow.status === 'ENABLED' }
}
