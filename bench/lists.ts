import { graphEndpoints } from '@piecework/api/graph/index'
import { endpoints } from '@piecework/api/index'
import { createTestPostgres } from '@piecework/server/database/testing'
import { graphClient, projectKey } from '@piecework/server/testing/graph'
import { type Person, signUpOwner, startTestServer, type TestServer } from '@piecework/server/testing/server'
import { z } from 'zod'
import { type Amounts, filledId, fillLists } from './support/list-data.ts'
import { row, timesOf } from './support/times.ts'

/**
 * `npm run bench lists [rounds]`: every list of the contract over HTTP, next to its limit: 50 ms at p95 on PostgreSQL with
 * 1,000,000 runs, 100,000 audit events, 10,000 connections and 2,000 flows, 100 ms on the embedded database with a tenth.
 */
const ROUNDS = Number(process.argv[2] ?? 40)
const ALL: Amounts = { runs: 1_000_000, auditEvents: 100_000, connections: 10_000, flows: 2000 }
const TENTH: Amounts = { runs: 100_000, auditEvents: 10_000, connections: 1000, flows: 200 }
const LIMITS_MS = { POSTGRES: 50, PGLITE: 100 }

interface Place extends Person {
  /** A default role. */
  roleId: string
  formId: string
  webhookId: string
}
type Queries = (place: Place) => readonly string[]

const of =
  (...more: string[]): Queries =>
  ({ projectId }) =>
    ['', ...more].map((query) => `projectId=${projectId}&${query}`)
const alone: Queries = () => ['']
const first = 'f'.padEnd(20, '0')

/** The queries by which each list is asked; `:id` and the like are in front, before a `?`. */
const LISTS: Readonly<Record<string, Queries>> = {
  'alerts.list': of(),
  'analytics.byProject': alone,
  'analytics.byPerson': alone,
  'triggers.listEvents': ({ projectId }) => [`projectId=${projectId}&flowId=${first}1`],
  'pieces.categories': alone,
  'pieces.registry': () => ['release=0.1.0&edition=ce'],
  'pieces.list': of('searchQuery=http'),
  'pieces.versions': () => ['@activepieces%2Fpiece-http?'],
  'pieces.versionsScoped': () => ['@activepieces/piece-http?'],
  'flows.list': of(
    'limit=100',
    'status=ENABLED',
    'name=abc',
    `folderId=${filledId('o', 2)}`,
    'connectionExternalIds=connection-7',
    'abilities=true',
  ),
  'flows.overview': of(
    'sort=name',
    'sort=lastRun',
    'name=abc',
    'limit=100',
    'status=ENABLED',
    'connectionExternalIds=connection-7',
  ),
  'flows.pieceUses': ({ projectId }) => [`projectId=${projectId}&pieceName=p`],
  'flows.versions': () => [`${first}1?`],
  'flowRuns.list': of(
    'limit=100',
    'status=FAILED',
    `flowId=${first}7`,
    `flowId=${first}7&status=FAILED`,
    'failedStepName=step_1',
    'tags=none',
    `createdAfter=${hoursAgo(24)}`,
    `createdBefore=${hoursAgo(96)}`,
  ),
  'flowRuns.countByStatus': of(`createdAfter=${hoursAgo(24)}`),
  'flowRuns.countByDay': of('days=7&timezone=Europe/Berlin', `days=7&flowId=${first}7`),
  'flowRuns.failures': ({ projectId }) => [`projectId=${projectId}&createdAfter=${hoursAgo(24)}`],
  'bulkActs.list': of(),
  'engine.flows': () => ['limit=100', 'limit=100&status=ENABLED'],
  'apiKeys.list': alone,
  'appConnections.list': of(
    'limit=100',
    'pieceName=@acme/piece-7',
    'displayName=abc',
    'status=ERROR',
    'scope=PLATFORM',
  ),
  'appConnections.owners': of(),
  'auditEvents.list': ({ projectId, userId }) => [
    '',
    'limit=100',
    'action=flow.created',
    `projectId=${projectId}`,
    `userId=${userId}`,
    'ip=192.0.2.7',
    `createdBefore=${hoursAgo(1)}`,
  ],
  'eventDestinations.list': alone,
  'eventDestinations.deliveries': () => [`${filledId('d', 1)}?`, `${filledId('d', 1)}?status=DEAD`],
  'folders.list': of(),
  'globalConnections.list': () => ['', 'displayName=abc', 'pieceName=@acme/piece-5'],
  'issues.list': of('status=UNRESOLVED', `flowId=${first}7`),
  'scim.listUsers': () => ['', 'filter=userName%20eq%20%22person-7@example.com%22'],
  'scim.listGroups': () => ['', 'excludedAttributes=members'],
  'oauthApps.list': alone,
  'personalTokens.list': alone,
  'platforms.list': alone,
  'projectKeys.list': of(),
  'projectMembers.list': of(),
  'projectRoles.list': alone,
  'projectRoles.members': ({ roleId }) => [`${roleId}?`],
  'projects.list': () => ['', 'displayName=7', 'externalId=external-7'],
  'search.all': ({ projectId }) => ['abc', '0Vc'].map((query) => `projectId=${projectId}&query=${query}`),
  'secretManagers.list': alone,
  'sessions.list': alone,
  'signingKeys.list': alone,
  'tags.list': alone,
  'userInvitations.list': ({ projectId }) => ['type=PLATFORM', `type=PROJECT&projectId=${projectId}`],
  'users.list': alone,
  'workerMachines.list': alone,
  'graph credentials.list': alone,
  'graph integrations.list': alone,
  'graph executions.list': () => ['', 'status=failed'],
  'graph executions.listOfWorkflow': () => [`${first}7?`],
  'graph forms.list': alone,
  'graph forms.submissions': ({ formId }) => [`${formId}?`],
  'graph webhooks.list': alone,
  'graph webhooks.deliveries': ({ webhookId }) => [`${webhookId}?`],
  'graph workflows.list': alone,
}

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString()
}

/** Answers that count every run of the project, or of some days; they have no limit. */
const COUNTS: ReadonlySet<string> = new Set(['flowRuns.countByStatus', 'flowRuns.countByDay'])

interface List {
  isCount: boolean
  name: string
  url: string
  token: string
}

for (const type of ['POSTGRES', 'PGLITE'] as const) {
  const amounts = type === 'POSTGRES' ? ALL : TENTH
  const database = type === 'POSTGRES' ? await createTestPostgres() : undefined
  {
    const env: Record<string, string> = database ? { AP_POSTGRES_URL: database.url } : {}
    await using server = await startTestServer({ ...env, AP_API_RATE_LIMIT_MAX: '1000000' }, { checksAnswers: false })
    await measure(server, type, amounts)
  }
  await database?.drop()
}

async function measure(server: TestServer, type: keyof typeof LIMITS_MS, amounts: Amounts): Promise<void> {
  const lists = await prepare(server, amounts)
  const limit = LIMITS_MS[type]
  console.log(
    `\n${type}: ${Object.entries(amounts)
      .map(([what, n]) => `${n} ${what}`)
      .join(', ')}, ${ROUNDS} times`,
  )
  row('p95 ms', 'limit', 'p50', 'max', '', 'list')
  let over = 0
  for (const { name, url, token, isCount } of lists) {
    const first = await fetchList(server.origin + url, token)
    if (first !== undefined) {
      console.log(`${name} ${first}`)
      over += 1
      continue
    }
    const { p50, p95, max } = await timesOf(ROUNDS, () => fetchList(server.origin + url, token))
    const isOver = !isCount && Number(p95) > limit
    if (isOver) over += 1
    row(p95, isCount ? 'count' : limit, p50, max, isOver ? 'OVER' : '', `  ${name}`)
  }
  console.log(`${lists.length - over} of ${lists.length} within ${limit} ms`)
}

/** @returns the refusal, undefined when it was answered */
async function fetchList(url: string, token: string): Promise<string | undefined> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
  const text = await answer.text()
  return answer.ok ? undefined : `${url} answered ${answer.status}: ${text.slice(0, 300)}`
}

/** Fills the database, and makes what the lists are asked with. */
async function prepare(server: TestServer, amounts: Amounts): Promise<List[]> {
  const owner = await signUpOwner(server)
  const { token, projectId, platformId } = owner
  const made = async (path: string, body: object) =>
    (await server.call<{ id: string; value: string }>('POST', path, { token, body })).body
  const apiKey = (await made('/v1/api-keys', { displayName: 'bench' })).value
  const graphKey = await projectKey(server, owner)
  const { db, tokens } = server.server
  const engineToken = await tokens.engine({ id: 'job', projectId, platformId })
  await db.updateTable('project').set({ apiPlan: 'business' }).where('id', '=', projectId).execute()
  const graph = graphClient(server, graphKey)
  const graphMade = async (path: string, body: object): Promise<string> =>
    (await graph<{ id: string }>('POST', path, { body })).data.id
  const formId = await graphMade('/forms', { name: 'Form', fields: [{ name: 'a', type: 'text' }] })
  const webhookId = await graphMade('/webhooks', { url: 'https://example.com/', events: ['workflow.failed'] })
  const role = await db
    .selectFrom('project_role')
    .select('id')
    .where('platformId', 'is', null)
    .orderBy('id')
    .executeTakeFirstOrThrow()
  await fillLists(db, owner, amounts)
  return listsOf({ ...owner, roleId: role.id, formId, webhookId }, { token, apiKey, graphKey, engineToken })
}

interface Tokens {
  token: string
  apiKey: string
  graphKey: string
  engineToken: string
}

/** Every list of both contracts. @throws Error when one is missing above */
function listsOf(place: Place, { token, apiKey, graphKey, engineToken }: Tokens): List[] {
  const isList = (response: z.ZodType | undefined): boolean =>
    response instanceof z.ZodArray || (response instanceof z.ZodObject && 'data' in response.shape)
  const asked = [
    ...endpoints.map(({ method, path, operationId, response, principals }) => {
      const byEngine = Array.isArray(principals) && !principals.includes('USER') && principals.includes('ENGINE')
      const by = path.includes('/scim/') ? apiKey : byEngine ? engineToken : token
      return { name: operationId, path: `/api${path}`, by, isList: method === 'GET' && isList(response) }
    }),
    ...graphEndpoints.map(({ path, operationId, isList }) => ({
      ...{ name: `graph ${operationId}`, path: `/v1${path}`, by: graphKey, isList: isList === true },
    })),
  ]
  const missing = asked.filter(({ name, isList }) => isList && !(name in LISTS)).map(({ name }) => name)
  if (missing.length > 0) throw new Error(`Say how these lists are asked: ${missing.join(', ')}`)
  return asked.flatMap(({ name, path, by }) =>
    (LISTS[name]?.(place) ?? []).map((query) => listOf({ name, path, query, by })),
  )
}

/** A query that begins with a parameter of the path has it before a `?`. */
function listOf({ name, path, query, by }: { name: string; path: string; query: string; by: string }): List {
  const mark = query.indexOf('?')
  const [parameter, rest] = mark < 0 ? ['', query] : [query.slice(0, mark), query.slice(mark + 1)]
  const shown = rest.replace(/projectId=[^&]*&?/, '').slice(0, 50)
  const filled = parameter === '' ? path : path.replace(/:[\w/:]+?(?=\/[a-z]|$)/, parameter)
  return { name: `${name} ${shown}`, url: `${filled}?${rest}`, token: by, isCount: COUNTS.has(name) }
}
