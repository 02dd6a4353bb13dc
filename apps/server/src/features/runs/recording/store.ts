import type { JournalEntry } from '@piecework/engine/protocol'
import { newId } from '@piecework/model/ids'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { sql } from 'kysely'
import { type Db, isUniqueViolation } from '../../../database/open.ts'
import { storable } from '../../../database/storable.ts'
import type { RunOutcome } from '../../../events/runs.ts'
import type { NewRun } from '../new-run.ts'
import type { PackedLog, PackedSlice } from './pack.ts'

/**
 * The statements of the recorder. Each takes its whole batch as one JSON parameter: one round trip and one plan
 * however many runs share the commit.
 */

export interface FinishRow extends PackedLog {
  runId: string
  attempt: number
  projectId: string
  outcome: RunOutcome
}

export interface RunInsert {
  run: NewRun
  attempt: number
  job: { owner: string | null; leaseMs: number }
  /** Set when the run is over before it was stored. */
  finish: FinishRow | null
}

function outcomeColumns({ outcome, data, compression, size, s3Key }: FinishRow) {
  const { failedStep } = outcome
  return {
    status: outcome.status,
    finishTime: outcome.finishTime,
    failedStep: failedStep && {
      name: failedStep.name,
      displayName: storable(failedStep.displayName),
      ...(failedStep.message === undefined ? {} : { message: storable(failedStep.message) }),
    },
    tags: outcome.tags.map(storable),
    stepsCount: outcome.stepsCount,
    fileId: newId(),
    data,
    compression,
    size,
    s3Key,
    terminal: isTerminal(outcome.status),
    keepsPayload: outcome.keepsPayload,
  }
}

/** Columns of the JSON records that describe an outcome. */
const OUTCOME = sql.raw(`status text, "finishTime" timestamptz, "failedStep" json, tags json, "stepsCount" integer,
  "fileId" text, data text, compression text, size integer, "s3Key" text, terminal boolean, "keepsPayload" boolean`)
const TAGS = sql.raw(`coalesce((select array_agg(tag) from json_array_elements_text(i.tags) tag), '{}')`)
const LOCATION = sql.raw(`case when i."s3Key" is null then 'DB' else 'S3' end`)
const BYTES = sql.raw(
  `case when i."s3Key" is not null then null when i.compression = 'ZSTD' then decode(i.data, 'base64')
  else convert_to(i.data, 'UTF8') end`,
)

/** Stores new runs with their jobs; a run that is over already comes with its log and no job. */
export async function insertRuns(db: Db, rows: RunInsert[]): Promise<void> {
  if (rows.length === 0) return
  const records = rows.map(({ run, attempt, job, finish }) => ({
    ...run,
    payload: (finish && !finish.outcome.keepsPayload) || run.payloadFileId !== null ? null : run.payload,
    replyTo: run.replyTo?.app ?? null,
    replyUntil: run.replyTo?.until ?? null,
    limited: run.environment === 'PRODUCTION',
    attempt,
    startTime: attempt > 0 ? run.created : null,
    owner: job.owner,
    leaseMs: job.leaseMs,
    finished: finish !== null,
    ...(finish ? outcomeColumns(finish) : { status: attempt > 0 ? 'RUNNING' : 'QUEUED', tags: [], stepsCount: 0 }),
  }))
  await sql`
    with i as materialized (
      select * from json_to_recordset(${JSON.stringify(records)}::json) as x(
        id text, created timestamptz, "projectId" text, "flowId" text, "flowVersionId" text, environment text,
        "parentRunId" text, "failParentOnFailure" boolean, "parentWaitpointId" text, "triggeredBy" text, "stepNameToTest" text,
        "executeTrigger" boolean, payload text, "payloadFileId" text, priority smallint, attempt integer, "startTime" timestamptz,
        "replyTo" text, "replyUntil" timestamptz, limited boolean, owner text, "leaseMs" integer, finished boolean, ${OUTCOME})
    ), runs as (
      insert into flow_run (id, created, updated, "projectId", "flowId", "flowVersionId", environment, "parentRunId",
        "failParentOnFailure", "parentWaitpointId", "triggeredBy", "stepNameToTest", "executeTrigger", payload, "payloadFileId", attempt, "startTime",
        status, "finishTime", "failedStep", tags, "stepsCount", "logsFileId", "replyTo", "replyUntil")
      select id, created, coalesce("finishTime", created), "projectId", "flowId", "flowVersionId", environment, "parentRunId",
        "failParentOnFailure", "parentWaitpointId", "triggeredBy", "stepNameToTest", "executeTrigger", payload, "payloadFileId", attempt, "startTime",
        status, "finishTime", "failedStep"::jsonb, ${TAGS}, "stepsCount", "fileId", "replyTo", "replyUntil"
      from i on conflict (id) do nothing
      returning id
    ), files as (
      insert into file (id, "projectId", data, size, type, compression, location, "s3Key")
      select "fileId", "projectId", ${BYTES}, size, 'FLOW_RUN_LOG', compression, ${LOCATION}, "s3Key" from i join runs using (id) where finished
    )
    insert into job (id, kind, "projectId", priority, "dueAt", limited, owner, "leaseUntil", attempt)
    select id, 'RUN', "projectId", priority, created, limited, owner,
      case when owner is null then null else now() + "leaseMs" * interval '1 millisecond' end, attempt
    from i join runs using (id) where not finished on conflict (id) do nothing`.execute(db)
}

interface JournalWrite {
  index: number
  runId: string
  attempt: number
  entries: JournalEntry[]
}

/**
 * Appends journal entries of current attempts; written again, they stay as they are.
 * @returns the indexes of writes whose attempt is not current.
 */
export async function writeJournal(db: Db, writes: JournalWrite[]): Promise<number[]> {
  if (writes.length === 0) return []
  const [only] = writes
  if (writes.length === 1 && only?.entries.length === 1) return writeEntry(db, only)
  return writeEntries(db, writes)
}

/**
 * One entry of one run, as a long loop writes them one after another: 0.17 ms of the embedded database's time,
 * where the statement for batches takes 0.45.
 */
async function writeEntry(db: Db, write: JournalWrite): Promise<number[]> {
  const { index, runId, attempt, entries } = write
  const [entry] = entries
  if (!entry) return []
  try {
    const result = await sql`
      insert into run_journal ("runId", attempt, sequence, "stepName", path, output)
      select id, attempt, ${entry.sequence}::integer, ${entry.stepName}, ${JSON.stringify(entry.path)}, ${entry.output}
      from flow_run where id = ${runId} and attempt = ${attempt} and status = 'RUNNING'`.execute(db)
    return result.numAffectedRows === 0n ? [index] : []
  } catch (error) {
    // Written before an outage; the other statement knows to leave it.
    if (isUniqueViolation(error)) return writeEntries(db, [write])
    throw error
  }
}

async function writeEntries(db: Db, writes: JournalWrite[]): Promise<number[]> {
  const records = writes.flatMap(({ index, runId, attempt, entries }) =>
    entries.map((entry) => ({
      index,
      runId,
      attempt,
      sequence: entry.sequence,
      stepName: entry.stepName,
      path: JSON.stringify(entry.path),
      output: entry.output,
    })),
  )
  const heads = writes.map(({ index, runId, attempt }) => ({ index, runId, attempt }))
  const result = await sql<{ index: number }>`
    with heads as materialized (
      select h.index, h."runId" from json_to_recordset(${JSON.stringify(heads)}::json) as h(index integer, "runId" text, attempt integer)
      join flow_run r on r.id = h."runId" and r.attempt = h.attempt and r.status = 'RUNNING'
    ), entries as (
      insert into run_journal ("runId", attempt, sequence, "stepName", path, output)
      select i."runId", i.attempt, i.sequence, i."stepName", i.path, i.output
      from json_to_recordset(${JSON.stringify(records)}::json) as i(
        index integer, "runId" text, attempt integer, sequence integer, "stepName" text, path text, output text)
      join heads using (index)
      on conflict do nothing
    )
    select index from heads`.execute(db)
  const current = new Set(result.rows.map((row) => row.index))
  return writes.filter((write) => !current.has(write.index)).map((write) => write.index)
}

/** Stores the large outputs that were cut out of journal entries. Ids are new, so a repeat changes nothing. */
export async function writeSlices(db: Db, slices: readonly PackedSlice[]): Promise<void> {
  for (const slice of slices)
    await db
      .insertInto('file')
      .values({ ...slice, type: 'FLOW_RUN_LOG_SLICE', compression: 'ZSTD' })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}

/**
 * Ends attempts: status, log file, no job, no journal, no payload that the log has; no waitpoints once the run is over.
 * @returns the ids of the runs whose attempt was current, each with the key of an earlier log outside the database.
 */
export async function writeFinishes(db: Db, rows: FinishRow[]): Promise<Map<string, string | null>> {
  if (rows.length === 0) return new Map()
  const records = rows.map((row) => ({
    id: row.runId,
    attempt: row.attempt,
    projectId: row.projectId,
    ...outcomeColumns(row),
  }))
  const result = await sql<{ id: string; replacedKey: string | null }>`
    with i as materialized (
      select * from json_to_recordset(${JSON.stringify(records)}::json) as x(id text, attempt integer, "projectId" text, ${OUTCOME})
    ), fenced as (
      update flow_run r set status = i.status, "finishTime" = i."finishTime", "failedStep" = i."failedStep"::jsonb,
        tags = ${TAGS}, "stepsCount" = i."stepsCount", "logsFileId" = coalesce(r."logsFileId", i."fileId"),
        payload = case when i."keepsPayload" then r.payload end,
        "payloadFileId" = case when i."keepsPayload" then r."payloadFileId" end, "resumePayload" = null, updated = now()
      from i where r.id = i.id and r.attempt = i.attempt and r.status = 'RUNNING'
      returning r.id, r."logsFileId"
    ), files as (
      insert into file (id, "projectId", data, size, type, compression, location, "s3Key")
      select f."logsFileId", i."projectId", ${BYTES}, i.size, 'FLOW_RUN_LOG', i.compression, ${LOCATION}, i."s3Key"
      from i join fenced f on f.id = i.id
      on conflict (id) do update set data = excluded.data, size = excluded.size, compression = excluded.compression,
        location = excluded.location, "s3Key" = excluded."s3Key", updated = now()
    ), jobs as (
      delete from job where id in (select id from fenced)
    ), journals as (
      delete from run_journal where "runId" in (select id from fenced)
    ), waitpoints as (
      delete from waitpoint where "flowRunId" in (select f.id from fenced f join i on i.id = f.id where i.terminal)
    )
    select f.id, (select o."s3Key" from file o where o.id = f."logsFileId") as "replacedKey" from fenced f`.execute(db)
  return new Map(result.rows.map((row) => [row.id, row.replacedKey]))
}

/** The runs whose last attempt is the one that ends here, whatever has become of them since. */
export async function endedAlready(db: Db, rows: readonly FinishRow[]): Promise<Set<string>> {
  const result = await sql<{ id: string }>`
    select r.id from unnest(${rows.map(({ runId }) => runId)}::text[], ${rows.map(({ attempt }) => attempt)}::int[])
      as ended(id, attempt) join flow_run r on r.id = ended.id and r.attempt = ended.attempt`.execute(db)
  return new Set(result.rows.map(({ id }) => id))
}

/** Takes a run away with its job and journal, while the attempt is the current one. */
export async function deleteRun(db: Db, runId: string, attempt: number): Promise<void> {
  await sql`
    with gone as (
      delete from flow_run where id = ${runId} and attempt = ${attempt} and status in ('QUEUED', 'RUNNING') returning id
    ), jobs as (
      delete from job where id in (select id from gone)
    )
    delete from run_journal where "runId" in (select id from gone)`.execute(db)
}
