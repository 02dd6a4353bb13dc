import { FlowRunStatus, isTerminal } from '@piecework/model/run/status'
import type { ResumePayload } from '@piecework/model/run/waitpoint'
import type { Db } from '../../../database/open.ts'
import type { WaitpointStore } from './store.ts'

/** Runs that called other flows and wait for them. */
export interface Children {
  /**
   * Resumes the runs that wait for children which have ended without success (spec: facts/engine.md section 9):
   * these, or any that a crash kept from being told. Told twice, a parent resumes once.
   * @returns how many parents were told.
   */
  failParents(childIds?: readonly string[]): Promise<number>
}

/** Canceled runs too: nobody else would tell their parent, which would wait until its pause expires. */
const WITHOUT_SUCCESS = FlowRunStatus.options.filter((status) => isTerminal(status) && status !== 'SUCCEEDED')

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
      let query = db
        .selectFrom('flow_run as child')
        .innerJoin('waitpoint as w', (join) =>
          join.onRef('w.id', '=', 'child.parentWaitpointId').onRef('w.flowRunId', '=', 'child.parentRunId'),
        )
        .select(['child.id', 'child.projectId', 'w.id as waitpointId', 'w.flowRunId as parentId'])
        .where('w.status', '=', 'PENDING')
        .where('child.status', 'in', WITHOUT_SUCCESS)
      if (childIds) query = query.where('child.id', 'in', [...childIds])
      let told = 0
      for (const { parentId, waitpointId, ...child } of await query.execute()) {
        const result = await waitpoints.signal({ runId: parentId, waitpointId, payload: payload(child) })
        if (result !== 'STALE') told++
      }
      return told
    },
  }
}
