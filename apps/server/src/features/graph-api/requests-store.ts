import { sql } from 'kysely'
import type { Db } from '../../database/open.ts'

export interface ExecutionRequest {
  projectId: string
  /** Hashes of the key and of what is asked for. */
  key: string
  body: string
  runId: string
}

/** How long a request is known. */
const DAYS = 1
/** Old requests that go with each new one. */
const FORGOTTEN_AT_ONCE = 100

/** The request that a key was used for within a day. */
export const findExecutionRequest = (db: Db, projectId: string, key: string): Promise<ExecutionRequest | undefined> =>
  db
    .selectFrom('execution_request')
    .select(['projectId', 'key', 'body', 'runId'])
    .where('projectId', '=', projectId)
    .where('key', '=', key)
    .where('created', '>=', sql<string>`now() - make_interval(days => ${sql.lit(DAYS)})`)
    .executeTakeFirst()

/** Notes a request, unless there is a younger one with its key. @returns the one that counts */
export async function noteExecutionRequest(db: Db, request: ExecutionRequest): Promise<ExecutionRequest> {
  const { projectId, key, body, runId } = request
  const old = sql`now() - make_interval(days => ${sql.lit(DAYS)})`
  await sql`
    delete from execution_request where ctid in (
      select ctid from execution_request where created < ${old} and key <> ${key} limit ${sql.lit(FORGOTTEN_AT_ONCE)})`.execute(
    db,
  )
  const { rows } = await sql<ExecutionRequest>`
    insert into execution_request ("projectId", key, body, "runId") values (${projectId}, ${key}, ${body}, ${runId})
    on conflict ("projectId", key) do update
      set body = excluded.body, "runId" = excluded."runId", created = now()
      where execution_request.created < ${old}
    returning "projectId", key, body, "runId"`.execute(db)
  const [noted] = rows
  if (noted) return noted
  return (await findExecutionRequest(db, projectId, key)) ?? noteExecutionRequest(db, request)
}
