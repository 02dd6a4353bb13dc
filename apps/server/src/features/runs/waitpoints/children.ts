import type { ResumePayload } from '@piecework/model/run/waitpoint'
import type { Db } from '../../../database/open.ts'
import { selectLeftParents, type WaitpointStore } from './store.ts'

/** Runs that called other flows and wait for them. */
export interface Children {
  /**
   * Resumes the runs that wait for children which have ended without success:
   * these, or all whose parents do not know because of a crash. A parent that hears of it twice resumes once.
   * @returns how many parents heard of it.
   */
  failParents(childIds?: readonly string[]): Promise<number>
}

interface Parts {
  db: Db
  waitpoints: Pick<WaitpointStore, 'signal'>
  /** The page of a run, for people. */
  runUrl(projectId: string, runId: string): string
}

export function createChildren({ db, waitpoints, runUrl }: Parts): Children {
  const payload = (child: { id: string; projectId: string }): ResumePayload => ({
    body: {
      status: 'error',
      data: { message: 'Subflow execution failed', link: runUrl(child.projectId, child.id) },
    },
    headers: {},
    queryParams: {},
  })

  return {
    async failParents(childIds) {
      let told = 0
      for (const { parentId, waitpointId, ...child } of await selectLeftParents(db, childIds)) {
        const result = await waitpoints.signal({ runId: parentId, waitpointId, payload: payload(child) })
        if (result !== 'STALE') told++
      }
      return told
    },
  }
}
