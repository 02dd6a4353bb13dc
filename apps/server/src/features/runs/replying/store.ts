import type { FlowRunStatus } from '@piecework/model/run/status'
import { sql } from 'kysely'
import type { Db } from '../../../database/open.ts'

/** Under what a reply is kept for a caller at an app. */
export const keyOfReply = (app: string, runId: string): string => `reply:${app}:${runId}`

/** Reads the status of each run that callers at an app wait for, and the reply that was kept. */
export async function selectReplies(db: Db, app: string, runIds: readonly string[]) {
  const { rows } = await sql<{ id: string; status: FlowRunStatus | null; body: string | null }>`
    select i.id, r.status, m.body from unnest(${[...runIds]}::text[]) as i(id)
    left join flow_run r on r.id = i.id left join bus_message m on m.id = ${keyOfReply(app, '')} || i.id`.execute(db)
  return rows
}
