import type { FlowRunStatus } from '@piecework/model/run/status'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

/** How a flow came to its status, and how its trigger and its open runs are. */
export interface Circumstances {
  changed: string | null
  userId: string | null
  userName: string | null
  reason: string | null
  sourceId: string | null
  sourceType: string | null
  settled: boolean | null
  failures: number | null
  /** When the first pause of its runs, or of the named one, ends by itself. */
  resumes: string | null
}

/** The open runs of a flow; with `runId`, this one alone. */
export interface OpenRuns {
  projectId: string
  flowId: string
  runId: string | undefined
}

export async function selectCircumstances(db: Db, { flowId, runId }: OpenRuns): Promise<Circumstances | undefined> {
  const { rows } = await sql<Circumstances>`
    select c.changed, c."userId", c."userName", c.reason,
      s.id as "sourceId", s.type as "sourceType", s.settled, s.failures,
      (select min(w."resumeDateTime") from flow_run r join waitpoint w on w."flowRunId" = r.id
        where r."flowId" = f.id and r.status = 'PAUSED' and w.status = 'PENDING'
          and (${runId ?? null}::text is null or r.id = ${runId ?? null})) as resumes
    from flow f
    left join flow_status_change c on c."flowId" = f.id
    left join trigger_source s on s."flowId" = f.id and not s.simulate and s.deleted is null
    where f.id = ${flowId}`.execute(db)
  return rows[0]
}

/** The production runs of a flow that are not over, or the named run, by status, with when the first of them began. */
export function selectOpenRuns(
  db: Db,
  { projectId, flowId, runId }: OpenRuns,
): Promise<{ status: FlowRunStatus; count: number; since: string }[]> {
  return db
    .selectFrom('flow_run')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count'), fn.min('created').as('since')])
    .where('projectId', '=', projectId)
    .where('flowId', '=', flowId)
    .where((where) => (runId === undefined ? where('environment', '=', 'PRODUCTION') : where('id', '=', runId)))
    .where('status', 'in', sql<FlowRunStatus>`('QUEUED', 'RUNNING', 'PAUSED')`)
    .groupBy('status')
    .execute()
}

/** How many production runs go on in a project, or in all projects of a pool. */
export async function countRunningOf(db: Db, bucket: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from flow_run
    where status = 'RUNNING' and environment = 'PRODUCTION'
      and "projectId" in (select id from project where id = ${bucket} or "poolId" = ${bucket})`.execute(db)
  return rows[0]?.count ?? 0
}
