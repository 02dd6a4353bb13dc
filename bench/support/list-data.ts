import { ALPHABET } from '@piecework/model/ids'
import type { Db } from '@piecework/server/database/open'
import type { Person } from '@piecework/server/testing/server'
import { type RawBuilder, sql } from 'kysely'

/** How many of each a company has. */
export interface Amounts {
  runs: number
  auditEvents: number
  connections: number
  flows: number
}

const STEPS = 20
const WEEK_MS = 7 * 24 * 3_600_000
const BATCH = 100_000
/** People, projects, invitations, folders, issues, deliveries and the like. */
const SOME = 1000

/** The id of the n-th row that was filled in. */
export const filledId = (prefix: string, n: number): string => prefix + String(n).padStart(20, '0')

const idOf = (prefix: string) => sql`${prefix}::text || lpad(n::text, 20, '0')`
const numbers = (last: number, first = 1) => sql`generate_series(${first}::integer, ${last}::integer) n`

/** Fills the platform and the project of a person, and one more project with as many flows. */
export async function fillLists(db: Db, owner: Person, amounts: Amounts): Promise<void> {
  await db.connection().execute(async (connection) => {
    // Not every row that is referred to is there.
    await sql`set session_replication_role = replica`.execute(connection)
    for (const statement of statementsOf(owner, amounts)) await statement.execute(connection)
    await fillRuns(connection, owner, amounts)
    await sql`set session_replication_role = default`.execute(connection)
  })
  await sql`vacuum analyze`.execute(db)
}

function statementsOf({ platformId, projectId, userId }: Person, amounts: Amounts): RawBuilder<unknown>[] {
  const { auditEvents, connections, flows } = amounts
  const past = sql`now() - n * interval '1 second'`
  return [
    ...flowsOf(projectId, userId, amounts),
    sql`insert into app_connection (id, created, "platformId", "externalId", "displayName", value, scope, "projectIds",
        "pieceVersion", "pieceName", type, "ownerId", status)
      select ${idOf('c')}, ${past}, ${platformId}, 'connection-' || n, 'Connection ' || md5(n::text), '{}',
        case when n % 5 = 0 then 'PLATFORM' else 'PROJECT' end, array[${projectId}::text], '0.1.0',
        '@acme/piece-' || n % 40, 'SECRET_TEXT', ${userId}, case when n % 100 = 0 then 'ERROR' else 'ACTIVE' end
      from ${numbers(connections)}`,
    sql`insert into audit_event (id, created, updated, "platformId", "projectId", "projectDisplayName", "userId",
        "userEmail", ip, actor, action, data)
      select ${idOf('a')}, ${past}, ${past}, ${platformId}, ${projectId}, 'Project', ${userId}, 'owner@example.com',
        '192.0.2.' || n % 250, '{"type":"USER","id":"u"}',
        (array['flow.created', 'flow.updated', 'folder.created', 'connection.upserted'])[1 + n % 4],
        '{"flow":{"id":"x","created":"2026-01-01T00:00:00.000Z","updated":"2026-01-01T00:00:00.000Z"}}'
      from ${numbers(auditEvents)}`,
    sql`insert into user_identity (id, email, password, "firstName", "lastName", provider)
      select ${idOf('i')}, 'person-' || n || '@example.com', 'x', 'Person', n::text, 'EMAIL' from ${numbers(SOME)}`,
    sql`insert into "user" (id, created, "platformId", "identityId", status, "platformRole")
      select ${idOf('u')}, ${past}, ${platformId}, ${idOf('i')}, 'ACTIVE', 'MEMBER' from ${numbers(SOME)}`,
    sql`insert into project_member (id, created, "userId", "platformId", "projectId", "projectRoleId")
      select ${idOf('m')}, ${past}, ${idOf('u')}, ${platformId}, ${projectId},
        (select id from project_role where "platformId" is null order by id limit 1) from ${numbers(SOME)}`,
    sql`insert into project (id, created, "ownerId", "platformId", "displayName", type, icon, "externalId")
      select ${idOf('p')}, ${past}, ${userId}, ${platformId}, 'Project ' || n, 'TEAM', '{"color":"BLUE"}', 'external-' || n
      from ${numbers(SOME)}`,
    sql`insert into user_invitation (id, created, type, email, "platformId", status, expires, "projectId",
        "projectRoleId", "platformRole")
      select ${idOf('n')}, ${past}, case when n % 2 = 0 then 'PLATFORM' else 'PROJECT' end, 'invited-' || n || '@example.com',
        ${platformId}, 'PENDING', now() + interval '1 day', case when n % 2 = 0 then null else ${projectId} end,
        case when n % 2 = 0 then null else (select id from project_role where "platformId" is null order by id limit 1) end,
        case when n % 2 = 0 then 'MEMBER' end
      from ${numbers(SOME)}`,
    sql`insert into folder (id, created, "displayName", "projectId") select ${idOf('o')}, ${past}, 'Folder ' || n, ${projectId}
      from ${numbers(SOME)}`,
    sql`insert into issue (id, created, "projectId", "flowId", "stepName", "stepDisplayName", "runStatus", kind, message,
        "firstSeen", "lastSeen", "lastRunId", count)
      select ${idOf('s')}, ${past}, ${projectId}, ${filledPrefix('f')} || lpad((1 + n % ${flows}::integer)::text, 20, '0'),
        'step_1', 'Step', 'FAILED', 'kind ' || n, 'It failed', ${past}, ${past}, 'r', 1 from ${numbers(SOME)}`,
    sql`insert into event_destination (id, "platformId", scope, kind, events, url, secret, "headerNames", status)
      select ${idOf('d')}, ${platformId}, 'PLATFORM', 'WEBHOOK', array['flow.created'], 'https://example.com', '{}',
        array[]::text[], 'DISABLED' from ${numbers(20)}`,
    sql`insert into event_delivery (id, created, "destinationId", "eventId", action, event, "retryUntil", "deliveredAt")
      select ${idOf('e')}, ${past}, ${filledId('d', 1)}, ${idOf('e')}, 'flow.created', '{}', now(), now()
      from ${numbers(10 * SOME)}`,
    sql`insert into file (id, created, "projectId", data, type)
      select ${idOf('t')}, ${past}, ${projectId}, '{"a":1}'::bytea, 'TRIGGER_EVENT_FILE' from ${numbers(SOME)}`,
    sql`insert into trigger_event (id, created, "flowId", "projectId", "sourceName", "fileId")
      select ${idOf('t')}, ${past}, ${filledId('f', 1)}, ${projectId}, 'x', ${idOf('t')} from ${numbers(SOME)}`,
  ]
}

const filledPrefix = (prefix: string) => sql`${prefix}::text`

/** One flow in five has steps that are not ready, every second one a draft. */
function flowsOf(projectId: string, userId: string, { flows, connections }: Amounts): RawBuilder<unknown>[] {
  const tree = JSON.stringify(treeOf())
  const versions = (prefix: string, state: string, every: number) => sql`
    insert into flow_version (id, "flowId", "displayName", trigger, valid, state, "connectionIds")
    select ${idOf(prefix)}, ${idOf('f')}, 'Flow ' || md5(n::text), ${tree}::json, n % 5 <> 0, ${state},
      array['connection-' || 1 + n % ${connections}::integer]
    from generate_series(1, ${flows}::integer, ${every}::integer) n`
  return [
    sql`insert into flow (id, "projectId", "externalId", status, updated, "publishedVersionId", "ownerId", "folderId")
      select ${idOf('f')}, ${projectId}, n, case n % 3 when 0 then 'DISABLED' else 'ENABLED' end,
        now() - n * interval '1 second', ${idOf('v')}, ${userId}, 'o' || lpad((1 + n % 50)::text, 20, '0')
      from ${numbers(flows)}`,
    versions('v', 'LOCKED', 1),
    versions('w', 'DRAFT', 2),
    // One flow that was published often.
    sql`insert into flow_version (id, "flowId", "displayName", trigger, valid, state)
      select ${idOf('x')}, ${filledId('f', 1)}, 'Flow', ${tree}::json, true, 'LOCKED' from ${numbers(200)}`,
  ]
}

/** Runs of a week; one in fifty failed. */
async function fillRuns(db: Db, { projectId }: Person, { runs, flows }: Amounts): Promise<void> {
  // Ids begin with the time, in the alphabet of ids.
  await sql
    .raw(`create function bench_id(at bigint, n integer) returns text language plpgsql immutable as $$
      declare ms bigint := at; id text := '';
      begin
        for i in 1..8 loop id := substr('${ALPHABET}', (ms % 62)::integer + 1, 1) || id; ms := ms / 62; end loop;
        return id || lpad(n::text, 13, '0');
      end $$`)
    .execute(db)
  const begin = Date.now() - WEEK_MS
  for (let from = 0; from < runs; from += BATCH)
    await sql`
      insert into flow_run (id, "projectId", "flowId", "flowVersionId", environment, status, created, "startTime",
        "finishTime", "failedStep")
      select bench_id(at, n), ${projectId}, 'f' || lpad((1 + (n::bigint * 7919) % ${flows}::integer)::text, 20, '0'),
        'v' || lpad((1 + (n::bigint * 7919) % ${flows}::integer)::text, 20, '0'),
        'PRODUCTION', case when n % 50 = 0 then 'FAILED' else 'SUCCEEDED' end, to_timestamp(at / 1000.0),
        to_timestamp(at / 1000.0), to_timestamp(at / 1000.0 + 1),
        case when n % 50 = 0 then '{"name":"step_1","displayName":"Step","message":"It failed"}'::jsonb end
      from ${numbers(Math.min(from + BATCH, runs), from + 1)}
      cross join lateral (select ${begin}::bigint + n::bigint * ${WEEK_MS}::bigint / ${runs}::bigint as at) t`.execute(
      db,
    )
}

function treeOf(): object {
  const code = 'export const code = async () => 1;'.repeat(10)
  let next: object | undefined
  for (let n = STEPS; n > 0; n--) {
    const settings = { input: {}, sourceCode: { code, packageJson: '{}' } }
    next = { type: 'CODE', name: `step_${n}`, displayName: 'Step', valid: n % 7 > 0, settings, nextAction: next }
  }
  const settings = { pieceName: 'p', pieceVersion: '1.0.0', triggerName: 't', input: { a: 'b' }, propertySettings: {} }
  return { type: 'PIECE_TRIGGER', name: 'trigger', displayName: 'Trigger', valid: true, settings, nextAction: next }
}
