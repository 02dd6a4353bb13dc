import { endpoints } from '@piecework/api/index'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addColleague } from '../testing/people.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../testing/server.ts'

/** Fields that only the server sets, or that would move an entity to somebody else. */
const FOREIGN = [
  ...[
    'id',
    'created',
    'updated',
    'deleted',
    'projectId',
    'projectIds',
    'platformId',
    'ownerId',
    'userId',
    'identityId',
  ],
  ...[
    'role',
    'platformRole',
    'permissions',
    'status',
    'scope',
    'type',
    'verified',
    'tokenVersion',
    'isAdmin',
    'provider',
  ],
  ...['hashedValue', 'publicKey', 'state', 'poolId', 'workerGroupId', 'usingSecretManager', 'publishedVersionId'],
] as const

/**
 * The bodies that have such a field on purpose. Each is there because the rules of its feature look at it: the walk of
 * permissions tries projects and rows, and the tests of the features try roles.
 */
const ON_PURPOSE: Record<string, readonly string[]> = {
  'alerts.create': ['projectId'],
  'issues.update': ['status'],
  'oneTimeCodes.resetPassword': ['identityId'],
  'oneTimeCodes.verifyEmail': ['identityId'],
  'waitpoints.create': ['projectId', 'type'],
  'triggers.test': ['projectId'],
  'triggers.stopTest': ['projectId'],
  'triggers.saveEvent': ['projectId'],
  'pieces.options': ['projectId'],
  'flows.create': ['projectId'],
  'flows.operate': ['type'],
  'flowCode.read': ['projectId'],
  'flowCode.import': ['projectId'],
  'flowRuns.retry': ['projectId'],
  'flowRuns.retryAll': ['projectId', 'status'],
  'flowRuns.cancelAll': ['projectId', 'status'],
  'flowRuns.archiveAll': ['projectId', 'status'],
  'bulkActs.start': ['projectId', 'status'],
  'appConnections.upsert': ['projectId', 'type'],
  'appConnections.replace': ['projectId'],
  'authentication.switchPlatform': ['platformId'],
  'eventDestinations.update': ['status'],
  'folders.create': ['projectId'],
  'globalConnections.upsert': ['projectIds', 'scope', 'type'],
  'globalConnections.update': ['projectIds'],
  'oauth2.authorizationUrl': ['projectId'],
  'oneTimeCodes.request': ['type'],
  'oneTimeCodes.show': ['type'],
  'personalTokens.create': ['permissions', 'projectIds'],
  'projectKeys.create': ['projectId'],
  'projectMembers.add': ['projectId', 'role', 'userId'],
  'projectMembers.update': ['role'],
  'projectRoles.create': ['permissions', 'type'],
  'projectRoles.update': ['permissions'],
  'sso.claim': ['state'],
  'sso.endTest': ['state'],
  'sso.link': ['state'],
  'sampleData.testStep': ['projectId'],
  'secretManagers.create': ['projectIds', 'scope'],
  'secretManagers.update': ['projectIds', 'scope'],
  'userInvitations.create': ['platformRole', 'projectId', 'type'],
  'userInvitations.createMany': ['platformRole', 'projectId', 'type'],
  'users.update': ['platformRole', 'status'],
}

/** The objects that a body may be. */
function objectsIn(schema: z.core.$ZodType): z.core.$ZodObject[] {
  if (schema instanceof z.core.$ZodObject) return [schema]
  if (schema instanceof z.core.$ZodUnion) return schema._zod.def.options.flatMap(objectsIn)
  if (schema instanceof z.core.$ZodIntersection) return [schema._zod.def.left, schema._zod.def.right].flatMap(objectsIn)
  if (schema instanceof z.core.$ZodPipe) return [schema._zod.def.in, schema._zod.def.out].flatMap(objectsIn)
  if (schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodDefault)
    return objectsIn(schema._zod.def.innerType)
  return []
}

const declaredBy = (body: z.core.$ZodType): Set<string> =>
  new Set(objectsIn(body).flatMap((object) => Object.keys(object._zod.def.shape)))

test('no body has a field that is not its own to decide, but for those that are listed with their endpoint', () => {
  const found: Record<string, string[]> = {}
  const open: string[] = []
  for (const { operationId, body } of endpoints) {
    if (!body) continue
    const declared = declaredBy(body)
    const foreign = FOREIGN.filter((field) => declared.has(field)).sort()
    if (foreign.length > 0) found[operationId] = foreign
    const takesAnything = objectsIn(body).some(({ _zod: { def } }) => {
      return def.catchall !== undefined && !(def.catchall instanceof z.core.$ZodNever)
    })
    if (takesAnything) open.push(operationId)
  }
  expect(found).toEqual(ON_PURPOSE)
  expect(open).toEqual([])
})

let server: TestServer
let owner: Person
beforeAll(async () => {
  server = await startTestServer({ AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true' })
  owner = await signUpOwner(server)
})
afterAll(() => server[Symbol.asyncDispose]())

/** A value that can be found again wherever it is written. */
const mark = (field: string): string => `foreign-${field}`

/** Calls an operation with its good body, and everything that is not in its schema. */
async function assign(operationId: string, body: object, id?: string): Promise<{ id: string }> {
  const endpoint = endpoints.find((one) => one.operationId === operationId)
  if (!endpoint?.body) throw new Error(`${operationId} has no body`)
  const declared = declaredBy(endpoint.body)
  const foreign = Object.fromEntries(FOREIGN.filter((field) => !declared.has(field)).map((one) => [one, mark(one)]))
  const path = id === undefined ? endpoint.path : endpoint.path.replace(/:\w+/, id)
  const answer = await server.call<{ id: string }>(endpoint.method, path, {
    token: owner.token,
    body: { ...foreign, ...body },
  })
  expect(answer.status, `${operationId}: ${JSON.stringify(answer.body)}`).toBeLessThan(300)
  expect(JSON.stringify(answer.body), operationId).not.toContain('foreign-')
  return answer.body
}

test('fields that a body does not have are written nowhere', async () => {
  const { db } = server.server
  const project = await assign('projects.create', { displayName: 'Team' })
  const projectId = project.id
  await assign('projects.update', { displayName: 'Team 2' }, projectId)
  const flow = await assign('flows.create', { displayName: 'f', projectId })
  await assign('flows.operate', { type: 'CHANGE_NAME', request: { displayName: 'g', id: mark('inner') } }, flow.id)
  const folder = await assign('folders.create', { displayName: 'Folder', projectId })
  await assign('folders.update', { displayName: 'Folder 2' }, folder.id)
  const secret = {
    ...{ pieceName: '@activepieces/piece-forms', displayName: 'c', externalId: 'c', type: 'SECRET_TEXT' },
    value: { type: 'SECRET_TEXT', secret_text: 'x' },
  }
  const connection = await assign('appConnections.upsert', { ...secret, projectId })
  await assign('appConnections.update', { displayName: 'd' }, connection.id)
  const shared = await assign('globalConnections.upsert', {
    ...secret,
    externalId: 'g',
    scope: 'PLATFORM',
    projectIds: [],
  })
  await assign('globalConnections.update', { displayName: 'h' }, shared.id)
  await assign('apiKeys.create', { displayName: 'k' })
  await assign('signingKeys.create', { displayName: 'k' })
  await assign('oauthApps.upsert', { pieceName: '@activepieces/piece-http', clientId: 'a', clientSecret: 'b' })
  await assign('tags.create', { name: 'tag' })
  const role = await assign('projectRoles.create', { name: 'Own', permissions: ['READ_FLOW'] })
  await assign('projectRoles.update', { name: 'Own 2' }, role.id)
  const destination = await assign('eventDestinations.create', {
    url: 'https://example.com/e',
    events: ['flow.created'],
  })
  await assign('eventDestinations.update', { url: 'https://example.com/f' }, destination.id)
  const colleague = await addColleague(server, owner, 'Carl')
  const member = await assign('projectMembers.add', { projectId, userId: colleague.userId, role: 'Viewer' })
  await assign('projectMembers.update', { role: 'Editor' }, member.id)
  await assign('users.update', { externalId: 'crm-1' }, colleague.userId)
  await assign('userInvitations.create', { type: 'PLATFORM', email: 'ivy@example.com', platformRole: 'MEMBER' })
  await assign('platforms.update', { name: 'Works' }, owner.platformId)

  const tables = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db)
  const written: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t
      where t::text like '%foreign-%'`.execute(db)
    written.push(...rows.map(({ row }) => `${name}: ${row}`))
  }
  expect(written).toEqual([])
})
