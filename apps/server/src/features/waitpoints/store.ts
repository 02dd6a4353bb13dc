import { newId } from '@piecework/model/ids'
import type { CreateWaitpointRequest, ResumePayload } from '@piecework/model/run/waitpoint'
import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'
import { PRIORITY } from '../../queue/job.ts'
import type { NewRun } from '../runs/new-run.ts'
import { storable } from '../runs/recorder-sql.ts'

/** What a resume signal met. */
export type SignalResult =
  /** The run was paused and is queued now. */
  | 'RESUMED'
  /** The run has not come to its pause yet; the signal waits for it. */
  | 'KEPT'
  /** Nobody waits for it: used already, unknown, or the run is over. */
  | 'STALE'

export interface WaitpointStore {
  /** @returns the id; that of the waiting or completed waitpoint when the step has one. */
  create(request: CreateWaitpointRequest): Promise<string>
  signal(request: {
    runId: string
    waitpointId: string
    /** By the older form of link any pause of an older piece is meant, whatever the id. */
    isLegacy?: boolean
    payload: ResumePayload
    /** Where the caller waits for the answer of the run, when it does. */
    replyTo?: NewRun['replyTo']
  }): Promise<SignalResult>
  /**
   * Looks after runs that came to a pause: a kept signal resumes them, a delay gets its due time. With no ids,
   * after every paused run, as a crash between a pause and this call leaves them.
   * @returns how many got a job.
   */
  settlePauses(runIds?: readonly string[]): Promise<number>
  /**
   * The delay of a run is over: it resumes with an empty payload, also when it is delivered again.
   * @returns that payload, null when the run waited for no delay.
   */
  endDelay(runId: string): Promise<ResumePayload | null>
}

export function createWaitpointStore(db: Db): WaitpointStore {
  return {
    async create({ flowRunId, projectId, stepName, type, version, resumeDateTime, responseToSend }) {
      const { id } = await db
        .insertInto('waitpoint')
        .values({
          id: newId(),
          flowRunId,
          projectId,
          stepName,
          type,
          version,
          status: 'PENDING',
          resumeDateTime: resumeDateTime ?? null,
          responseToSend: responseToSend ? JSON.stringify(responseToSend) : null,
        })
        .onConflict((conflict) =>
          conflict.columns(['flowRunId', 'stepName']).doUpdateSet((eb) => ({
            // A step that pauses again, in the next round of its loop, waits for something new.
            type: eb.ref('excluded.type'),
            resumeDateTime: eb.ref('excluded.resumeDateTime'),
            responseToSend: eb.ref('excluded.responseToSend'),
            updated: sql<string>`now()`,
          })),
        )
        .returning('id')
        .executeTakeFirstOrThrow()
      return id
    },

    signal: ({ runId, waitpointId, isLegacy = false, payload, replyTo = null }) =>
      db.transaction().execute(async (trx) => {
        const caller = replyTo ? { replyTo: replyTo.app, replyUntil: replyTo.until } : {}
        // The run's row is the lock between a signal and the pause that it is for.
        const run = await trx
          .selectFrom('flow_run')
          .select(['status', 'projectId', 'environment'])
          .where('id', '=', runId)
          .forUpdate()
          .executeTakeFirst()
        if (!run) return 'STALE'
        const waitpoint = await trx
          .selectFrom('waitpoint')
          .select(['id', 'status'])
          .where('flowRunId', '=', runId)
          .where((eb) => eb.or([eb('id', '=', waitpointId), ...(isLegacy ? [eb('version', '=', 'V0')] : [])]))
          .forUpdate()
          .executeTakeFirst()
        if (!waitpoint || waitpoint.status === 'COMPLETED') return 'STALE'
        const resumePayload = JSON.stringify(payload, (_, value) =>
          typeof value === 'string' ? storable(value) : value,
        )
        if (run.status === 'PAUSED') {
          await trx.deleteFrom('waitpoint').where('id', '=', waitpoint.id).execute()
          await trx
            .updateTable('flow_run')
            .set({ status: 'QUEUED', resumePayload, updated: new Date(), ...caller })
            .where('id', '=', runId)
            .execute()
          await trx
            .insertInto('job')
            .values({
              id: runId,
              kind: 'RUN',
              projectId: run.projectId,
              priority: replyTo ? PRIORITY.high : PRIORITY.medium,
              dueAt: new Date(),
              limited: run.environment === 'PRODUCTION',
            })
            // The job of a delay that has not come.
            .onConflict((conflict) => conflict.column('id').doUpdateSet({ dueAt: new Date(), ready: true }))
            .execute()
          return 'RESUMED'
        }
        if (run.status !== 'RUNNING' && run.status !== 'QUEUED') return 'STALE'
        await trx
          .updateTable('waitpoint')
          .set({ status: 'COMPLETED', resumePayload, updated: new Date() })
          .where('id', '=', waitpoint.id)
          .execute()
        if (replyTo) await trx.updateTable('flow_run').set(caller).where('id', '=', runId).execute()
        return 'KEPT'
      }),

    async settlePauses(runIds) {
      const which = runIds ? sql`r.id = any(${runIds})` : sql`true`
      const result = await sql`
        with due as (
          select distinct on (r.id) r.id, r."projectId", r.environment, w.id as waitpoint, w.status, w."resumeDateTime", w."resumePayload"
          from flow_run r join waitpoint w on w."flowRunId" = r.id
          where ${which} and r.status = 'PAUSED' and (w.status = 'COMPLETED' or w.type = 'DELAY')
            and not exists (select 1 from job j where j.id = r.id)
          order by r.id, w.status
        ), queued as (
          update flow_run set status = 'QUEUED', "resumePayload" = due."resumePayload", updated = now()
          from due where flow_run.id = due.id and due.status = 'COMPLETED'
        ), used as (
          delete from waitpoint where id in (select waitpoint from due where status = 'COMPLETED')
        )
        insert into job (id, kind, "projectId", priority, limited, "dueAt", ready)
        select id, 'RUN', "projectId", ${PRIORITY.medium}, environment = 'PRODUCTION',
          case status when 'COMPLETED' then now() else coalesce("resumeDateTime", now()) end,
          status = 'COMPLETED' or coalesce("resumeDateTime", now()) <= now()
        from due on conflict (id) do nothing returning id`.execute(db)
      return result.rows.length
    },

    async endDelay(runId) {
      const payload: ResumePayload = { body: {}, headers: {}, queryParams: {} }
      const result = await sql`
        with ended as (
          delete from waitpoint where "flowRunId" = ${runId} and type = 'DELAY' returning "flowRunId"
        )
        update flow_run set "resumePayload" = ${JSON.stringify(payload)}::jsonb
        where id in (select "flowRunId" from ended) and "resumePayload" is null returning id`.execute(db)
      return result.rows.length > 0 ? payload : null
    },
  }
}
