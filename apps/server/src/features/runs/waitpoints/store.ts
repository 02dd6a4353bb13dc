import { newId } from '@piecework/model/ids'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { FlowRunStatus } from '@piecework/model/run/status'
import type { CreateWaitpointRequest, ResumePayload } from '@piecework/model/run/waitpoint'
import { type Selectable, sql, type Transaction } from 'kysely'
import { jsonOf } from '../../../calls/json-text.ts'
import type { Db } from '../../../database/open.ts'
import type { Database, FlowRunTable, StoredResumePayload } from '../../../database/schema.ts'
import { PRIORITY } from '../../../queue/job.ts'
import type { NewRun } from '../new-run.ts'
import { keyOfReply } from '../replying/store.ts'
import { PENDING_STEP, settlePauses } from './pause-store.ts'

/** The outcome of a resume signal. */
export type SignalResult =
  /** The run was paused and is queued now. */
  | 'RESUMED'
  /** The run has not come to its pause yet; the signal waits for it. */
  | 'KEPT'
  /** Nobody waits for it: used already, unknown, or the run is over. */
  | 'STALE'

export interface Signal {
  runId: string
  waitpointId: string
  /** By the older form of link any pause of an older piece is meant, whatever the id. */
  isLegacy?: boolean
  payload: ResumePayload
  /** The file that holds the payload, when it is large; `payload` counts for nothing then. */
  fileId?: string | null
  /** The place at which the caller waits for the answer of the run, if it does. */
  replyTo?: NewRun['replyTo']
}

export interface WaitpointStore {
  /**
   * @returns the id; that of the waiting or completed waitpoint when the step has one. Undefined when the project has
   * no such run, or it is over.
   */
  create(request: CreateWaitpointRequest): Promise<string | undefined>
  signal(signal: Signal): Promise<SignalResult>
  /** Gives paused runs the job that they should have and have not. @returns how many got one. */
  settlePauses(): Promise<number>
  /** Whether a step of the run waits for something, or has what it waited for. */
  hasAny(runId: string): Promise<boolean>
  /**
   * A paused run goes on: nobody waits at these steps any more. When it waited for a delay, it resumes with an empty
   * payload, also when it is delivered again.
   * @returns that payload, null when the run waited for no delay.
   */
  endPause(runId: string, stepNames: readonly string[]): Promise<ResumePayload | null>
}

/** Canceled runs too: nobody else would tell their parent, which would wait until its pause expires. */
const WITHOUT_SUCCESS = FlowRunStatus.options.filter((status) => isTerminal(status) && status !== 'SUCCEEDED')

/** Runs that ended without success while the run that called them waits: these, or any. */
export function selectLeftParents(db: Db, childIds?: readonly string[]) {
  const query = db
    .selectFrom('flow_run as child')
    .innerJoin('waitpoint as w', (join) =>
      join.onRef('w.id', '=', 'child.parentWaitpointId').onRef('w.flowRunId', '=', 'child.parentRunId'),
    )
    .select(['child.id', 'child.projectId', 'w.id as waitpointId', 'w.flowRunId as parentId'])
    .where('w.status', '=', 'PENDING')
    .where('child.status', 'in', WITHOUT_SUCCESS)
  return (childIds ? query.where('child.id', 'in', [...childIds]) : query).execute()
}

export function createWaitpointStore(db: Db): WaitpointStore {
  return {
    async create(request) {
      if (request.version === 'V0' && request.type === 'WEBHOOK') {
        const early = await takeEarly(db, request)
        if (early !== undefined) return early
      }
      const { flowRunId, projectId, stepName, type, version, resumeDateTime, responseToSend } = request
      // The run cannot end meanwhile: a waitpoint of a run that is over would stay forever.
      const result = await sql<{ id: string }>`
        with run as (
          select id from flow_run where id = ${flowRunId} and "projectId" = ${projectId}
            and status in ('QUEUED', 'RUNNING', 'PAUSED') for share
        )
        insert into waitpoint (id, "flowRunId", "projectId", "stepName", type, version, status, "resumeDateTime", "responseToSend")
        select ${newId()}, id, ${projectId}, ${stepName}, ${type}, ${version}, 'PENDING', ${resumeDateTime ?? null}::timestamptz,
          ${responseToSend ? JSON.stringify(responseToSend) : null}::json
        from run
        -- A step that pauses again, in the next round of its loop, waits for something new.
        on conflict ("flowRunId", "stepName") do update set type = excluded.type, version = excluded.version,
          "resumeDateTime" = excluded."resumeDateTime", "responseToSend" = excluded."responseToSend", updated = now()
        returning id`.execute(db)
      return result.rows[0]?.id
    },

    signal: (signal) => db.transaction().execute((trx) => receive(trx, signal)),

    settlePauses: () => settlePauses(db),

    async hasAny(runId) {
      const one = await db.selectFrom('waitpoint').select('id').where('flowRunId', '=', runId).limit(1).execute()
      return one.length > 0
    },

    async endPause(runId, stepNames) {
      const payload = NOTHING
      const result = await sql`
        with ended as (
          delete from waitpoint where "flowRunId" = ${runId} and status = 'PENDING'
            and ("stepName" = any(${stepNames}) or (type = 'DELAY' and "resumeDateTime" <= now()))
          returning type
        )
        update flow_run set "resumePayload" = ${JSON.stringify(payload)}::json
        where id = ${runId} and "resumePayload" is null and exists (select 1 from ended where type = 'DELAY')
        returning id`.execute(db)
      return result.rows.length > 0 ? payload : null
    },
  }
}

/** The call that came before this pause, if one did. @returns the id of its waitpoint. */
async function takeEarly(db: Db, { flowRunId, projectId, stepName }: CreateWaitpointRequest) {
  const early = await db
    .updateTable('waitpoint')
    .set({ stepName, updated: new Date() })
    .where('flowRunId', '=', flowRunId)
    .where('projectId', '=', projectId)
    .where('stepName', '=', PENDING_STEP)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('waitpoint as w')
            .select('w.id')
            .where('w.flowRunId', '=', flowRunId)
            .where('w.stepName', '=', stepName),
        ),
      ),
    )
    .returning('id')
    .executeTakeFirst()
  return early?.id
}

type LockedRun = Pick<Selectable<FlowRunTable>, 'status' | 'projectId' | 'environment'>

const NOTHING: ResumePayload = { body: {}, headers: {}, queryParams: {} }

async function receive(trx: Transaction<Database>, signal: Signal): Promise<SignalResult> {
  const { runId, waitpointId, isLegacy = false, replyTo = null } = signal
  const caller = replyTo ? { replyTo: replyTo.app, replyUntil: replyTo.until } : {}
  // The run's row is the lock between a signal and the pause that it is for.
  const run = await trx
    .selectFrom('flow_run')
    .select(['status', 'projectId', 'environment'])
    .where('id', '=', runId)
    .forUpdate()
    .executeTakeFirst()
  if (!run) return 'STALE'
  const waitpoint = await find(trx, signal)
  const payload: StoredResumePayload = {
    ...(signal.fileId ? { ...NOTHING, fileId: signal.fileId } : signal.payload),
    ...(isLegacy ? { requestId: waitpointId } : {}),
  }
  const resumePayload = jsonOf(payload)
  // A kept reply to an earlier caller at the same app is not for this one.
  if (replyTo) await trx.deleteFrom('bus_message').where('id', '=', keyOfReply(replyTo.app, runId)).execute()
  if (run.status === 'PAUSED') {
    if (waitpoint?.status !== 'PENDING') return 'STALE'
    await trx.deleteFrom('waitpoint').where('id', '=', waitpoint.id).execute()
    await trx
      .updateTable('flow_run')
      .set({ status: 'QUEUED', resumePayload, updated: new Date(), ...caller })
      .where('id', '=', runId)
      .execute()
    await queue(trx, runId, run, replyTo ? PRIORITY.high : PRIORITY.medium)
    return 'RESUMED'
  }
  if (run.status !== 'RUNNING' && run.status !== 'QUEUED') return 'STALE'
  if (waitpoint?.status === 'PENDING')
    await trx
      .updateTable('waitpoint')
      .set({ status: 'COMPLETED', resumePayload, updated: new Date() })
      .where('id', '=', waitpoint.id)
      .execute()
  else if (waitpoint || !isLegacy || (await lastRequestId(trx, runId)) === waitpointId) return 'STALE'
  else {
    const kept = await trx
      .insertInto('waitpoint')
      .values({
        id: newId(),
        flowRunId: runId,
        projectId: run.projectId,
        stepName: PENDING_STEP,
        type: 'WEBHOOK',
        version: 'V0',
        status: 'COMPLETED',
        resumePayload,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!kept) return 'STALE'
  }
  if (replyTo) await trx.updateTable('flow_run').set(caller).where('id', '=', runId).execute()
  return 'KEPT'
}

/** The older form of link that the run was resumed with. Not asked of SQL, whose operators fail at escaped NULs. */
async function lastRequestId(trx: Transaction<Database>, runId: string): Promise<string | undefined> {
  const run = await trx.selectFrom('flow_run').select('resumePayload').where('id', '=', runId).executeTakeFirst()
  const payload = run?.resumePayload
  return payload && 'requestId' in payload ? String(payload.requestId) : undefined
}

function find(trx: Transaction<Database>, { runId, waitpointId, isLegacy = false }: Signal) {
  return trx
    .selectFrom('waitpoint')
    .select(['id', 'status'])
    .where('flowRunId', '=', runId)
    .where((eb) =>
      eb.or([
        eb('id', '=', waitpointId),
        ...(isLegacy ? [eb.and([eb('version', '=', 'V0'), eb('stepName', '!=', PENDING_STEP)])] : []),
      ]),
    )
    .orderBy('status', 'desc')
    .orderBy('updated', 'desc')
    .forUpdate()
    .executeTakeFirst()
}

async function queue(trx: Transaction<Database>, runId: string, run: LockedRun, priority: number): Promise<void> {
  await trx
    .insertInto('job')
    .values({
      id: runId,
      kind: 'RUN',
      projectId: run.projectId,
      priority,
      dueAt: new Date(),
      limited: run.environment === 'PRODUCTION',
    })
    // The job of a delay that has not come.
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ dueAt: new Date(), ready: true }))
    .execute()
}
