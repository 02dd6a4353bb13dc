import type { Issue } from '@piecework/api/issues'
import { AppError, notFound } from '@piecework/model/errors'
import type { SeekPage } from '@piecework/model/page'
import type { ProjectActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import { issuePolicy } from '../../policies/issue.ts'
import { authorize } from '../../policies/policy.ts'
import { isActedOn, pageIssues, type ShownIssue, selectIssue, selectProjectOfIssue, setIssueStatus } from './store.ts'

/** Failures of a project, grouped by flow, step and kind. */
export interface Issues {
  list(
    actor: ProjectActor,
    filter: { flowId?: readonly string[] | undefined; status?: readonly Issue['status'][] | undefined },
    page: PageRequest,
  ): Promise<SeekPage<Issue>>
  /** @throws AppError ENTITY_NOT_FOUND */
  get(actor: ProjectActor, id: string): Promise<Issue>
  /** @throws AppError ENTITY_NOT_FOUND, VALIDATION when it would end a retry of its runs that goes on */
  update(actor: ProjectActor, id: string, status: 'UNRESOLVED' | 'RESOLVED'): Promise<Issue>
  projectOf(id: string): Promise<string | undefined>
}

const DAY_MS = 24 * 3_600_000

/** @param archiveDays an open issue without news for so long counts as archived */
export function createIssues({ db, archiveDays }: { db: Db; archiveDays: number }): Issues {
  const archivedBefore = (): Date => new Date(Date.now() - archiveDays * DAY_MS)
  const present = (row: ShownIssue): Issue => ({
    ...row,
    status:
      row.status === 'UNRESOLVED' && Date.parse(row.lastSeen) < archivedBefore().getTime() ? 'ARCHIVED' : row.status,
  })
  const find = async ({ projectId }: ProjectActor, id: string): Promise<ShownIssue> => {
    const row = await selectIssue(db, projectId, id)
    if (!row) throw notFound('issue', id)
    return row
  }

  return {
    async list(actor, filter, page) {
      authorize(actor, issuePolicy.read)
      const { projectId } = actor
      const found = await pageIssues(db, { projectId, ...filter, archivedBefore: archivedBefore() }, page)
      return { ...found, data: found.data.map(present) }
    },

    async get(actor, id) {
      authorize(actor, issuePolicy.read)
      return present(await find(actor, id))
    },

    async update(actor, id, status) {
      authorize(actor, issuePolicy.edit)
      await find(actor, id)
      if (status === 'RESOLVED' && (await isActedOn(db, actor.projectId, id)))
        throw new AppError('VALIDATION', {
          message: 'the runs of this issue are being retried: resolve it when that is done',
        })
      await db.transaction().execute((trx) => setIssueStatus(trx, actor.projectId, id, status))
      return present(await find(actor, id))
    },

    projectOf: (id) => selectProjectOfIssue(db, id),
  }
}
