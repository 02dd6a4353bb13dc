import { systemActor } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { Files } from '../files/service.ts'
import type { ProjectFlows } from './project-flows.ts'
import {
  deleteLeftPeople,
  deleteProject,
  deleteRowsOf,
  deleteRuns,
  LARGE_TABLES,
  selectDeletedProject,
  selectDeletedWithFlows,
  selectFileIds,
} from './purge-store.ts'

const BATCH = 500

interface Parts {
  db: Db
  files: Pick<Files, 'remove'>
}

const TASK = 'deletion of projects'

/**
 * Takes away for good the projects that were deleted before the given time, a batch at a time. The mark on a project is
 * the record of the work: after a kill, the next call goes on.
 */
export async function purgeProjects(
  { db, files, flows }: Parts & { flows: ProjectFlows },
  deletedBefore: Date,
): Promise<void> {
  // The process that deleted a project may have been killed before its flows were off.
  for (const place of await selectDeletedWithFlows(db)) await flows.disableAll(systemActor(TASK, place))
  for (;;) {
    const id = await selectDeletedProject(db, deletedBefore)
    if (id === undefined) break
    await emptyProject({ db, files }, id)
    await deleteProject(db, id)
  }
  await deleteLeftPeople(db)
}

async function emptyProject({ db, files }: Parts, projectId: string): Promise<void> {
  for (;;) {
    const ids = await selectFileIds(db, projectId, BATCH)
    if (ids.length === 0) break
    await files.remove({ projectId }, ids)
  }
  await inBatches(() => deleteRuns(db, projectId, BATCH))
  for (const table of LARGE_TABLES) await inBatches(() => deleteRowsOf(db, table, projectId, BATCH))
}

async function inBatches(deleteBatch: () => Promise<number>): Promise<void> {
  while ((await deleteBatch()) > 0);
}
