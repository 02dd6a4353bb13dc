import { createHash } from 'node:crypto'
import type { Endpoint } from '@piecework/api/endpoint'
import { endpoints } from '@piecework/api/index'
import { newId } from '@piecework/model/ids'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import {
  CALLERS,
  type Caller,
  isAllowed,
  nameOf,
  type Permitted,
  permittedOperations,
} from '../../../../scripts/documentation/permissions.ts'
import { implement } from '../http/implement.ts'
import { createHttpServer } from '../http/server.ts'
import { createLog } from '../log.ts'
import { loadSettings } from '../settings.ts'
import { addColleague } from '../testing/people.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../testing/server.ts'

/**
 * Every endpoint of the contract behind its real door: who calls, project and permission are looked at, over HTTP and
 * the database of a real server. Bodies may have any shape, and nothing is done once somebody is let in.
 */
let server: TestServer
let doors: FastifyInstance
let origin: string
let owner: Person
let rival: Person

/** A project with a row of each kind by which requests name it. */
interface Place {
  projectId: string
  rows: Readonly<Record<string, string>>
  /** An invitation to its platform. */
  platformInvitation: string
}
let own: Place
let neighbour: Place
let foreign: Place

const CUSTOM: Caller = {
  name: 'own role',
  ...{
    principal: 'USER',
    isAdmin: false,
    permissions: ['READ_FLOW', 'READ_RUN', 'WRITE_RUN', 'READ_INVITATION', 'WRITE_INVITATION'],
  },
}
const tokens = new Map<string, string | undefined>()

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  const { body } = await call<Person & { id: string }>('POST', '/v1/platforms', owner.token, { name: 'Rival' })
  rival = { ...body, userId: body.id }
  await openDoors()
  own = await makePlace(owner)
  neighbour = await makePlace(owner)
  foreign = await makePlace(rival)
  await makeCallers()
})
afterAll(async () => {
  await doors?.close()
  await server[Symbol.asyncDispose]()
})

const call = <Body>(method: string, path: string, token: string, body?: object) =>
  server.call<Body>(method, path, { token, body })

async function openDoors(): Promise<void> {
  const { settings } = loadSettings({ AP_LOG_LEVEL: 'silent', AP_API_RATE_LIMIT_AUTHN_ENABLED: 'false' })
  const { app: real } = server.server
  const log = createLog({ logLevel: 'silent', logPretty: false })
  doors = (await createHttpServer({ settings, log, access: real.access })).app
  for (const [row, find] of real.projectFinders) doors.projectFinders.set(row, find)
  const any = z.looseObject({})
  for (const { method, path, operationId, summary, principals, permission, permissionsBy, project } of endpoints) {
    const door: Endpoint = {
      ...{ method, path, operationId, summary, principals, permission, project, params: any, query: any, body: any },
      ...(permissionsBy ? { permissionsBy } : {}),
    }
    implement(doors, door, ({ reply }) => reply.send({ open: true }))
  }
  origin = await doors.listen({ port: 0, host: '127.0.0.1' })
}

async function makePlace({ token, platformId }: Person): Promise<Place> {
  const { db } = server.server
  const made = async (path: string, body: object) => (await call<{ id: string }>('POST', path, token, body)).body.id
  const projectId = await made('/v1/projects', { displayName: 'Team' })
  const [flow, flowRun, bulkAct] = [await made('/v1/flows', { displayName: 'f', projectId }), newId(), newId()]
  await db
    .insertInto('flow_run')
    .values({
      id: flowRun,
      projectId,
      flowId: flow,
      flowVersionId: flow,
      environment: 'PRODUCTION',
      status: 'SUCCEEDED',
    })
    .execute()
  await db
    .insertInto('bulk_act')
    .values({ id: bulkAct, projectId, action: 'CANCEL', selection: '{}', status: 'SUCCEEDED', total: 0 })
    .execute()
  const email = `${projectId.toLowerCase()}@example.com`
  const roles = await call<{ data: { name: string }[] }>('GET', '/v1/project-roles', token)
  expect(roles.body.data.length).toBeGreaterThan(3)
  const connection = { pieceName: '@activepieces/piece-forms', displayName: 'c', externalId: 'c', projectId }
  const rows = {
    flow,
    flow_run: flowRun,
    bulk_act: bulkAct,
    folder: await made('/v1/folders', { displayName: 'Folder', projectId }),
    app_connection: await made('/v1/app-connections', {
      ...connection,
      ...{ type: 'SECRET_TEXT', value: { type: 'SECRET_TEXT', secret_text: 'x' } },
    }),
    project_member: await made('/v1/project-members', {
      ...{ projectId, role: 'Viewer' },
      userId: (await addColleague(server, { token, platformId, projectId, userId: '' }, `Member-${projectId}`)).userId,
    }),
    user_invitation: await made('/v1/user-invitations', { type: 'PROJECT', email, projectId, projectRole: 'Viewer' }),
    alert: await made('/v1/alerts', { projectId, channel: 'EMAIL', receiver: email }),
    issue: await makeIssue(projectId, flow, flowRun),
    project_key: await made('/v1/project-keys', { projectId, displayName: 'k' }),
  }
  const platformInvitation = await made('/v1/user-invitations', {
    ...{ type: 'PLATFORM', email: `platform-${email}`, platformRole: 'MEMBER' },
  })
  return { projectId, rows, platformInvitation }
}

/** As a failed run leaves one. */
async function makeIssue(projectId: string, flowId: string, lastRunId: string): Promise<string> {
  const [id, now] = [newId(), new Date()]
  const step = { stepName: 'step_1', stepDisplayName: 'Step', runStatus: 'FAILED' as const, kind: 'k', message: 'm' }
  await server.server.db
    .insertInto('issue')
    .values({ id, projectId, flowId, ...step, firstSeen: now, lastSeen: now, lastRunId })
    .execute()
  return id
}

async function makeCallers(): Promise<void> {
  const { projectId } = own
  const { platformId, token } = owner
  const add = async (name: string, role?: string) => {
    const person = await addColleague(server, owner, name.replace(' ', '-'))
    if (role) await call('POST', '/v1/project-members', token, { projectId, userId: person.userId, role })
    tokens.set(name, person.token)
    return person
  }
  await call('POST', '/v1/project-roles', token, { name: 'Own', permissions: CUSTOM.permissions })
  tokens.set('nobody', undefined)
  await add('no role')
  for (const role of ['Viewer', 'Operator', 'Editor', 'Admin']) await add(role, role)
  await add(CUSTOM.name, 'Own')
  for (const platformRole of ['OPERATOR', 'ADMIN']) {
    const person = await add(`platform ${platformRole}`)
    await call('POST', `/v1/users/${person.userId}`, token, { platformRole })
  }
  tokens.set('API key', (await call<{ value: string }>('POST', '/v1/api-keys', token, { displayName: 'k' })).body.value)
  tokens.set('engine', await server.server.tokens.engine({ id: newId(), projectId, platformId }))
  tokens.set('worker', await server.server.tokens.worker({ id: newId() }))
}

async function sessionOf({ userId }: Person): Promise<string> {
  const { db } = server.server
  return (await db.selectFrom('user_session').select('id').where('userId', '=', userId).executeTakeFirstOrThrow()).id
}

async function linkOf({ userId, platformId }: Person): Promise<string> {
  const { db } = server.server
  const id = newId()
  const { identityId } = await db
    .selectFrom('user')
    .select('identityId')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  await db
    .insertInto('federated_identity')
    .values({ id, platformId, identityId, provider: 'oidc', issuer: 'https://login.example.com', subject: userId })
    .execute()
  return id
}

/** Stored as it is, because creating one needs a server that answers. */
async function foreignSecretManager(): Promise<string> {
  const id = newId()
  const place = { platformId: rival.platformId, name: 's', scope: 'PLATFORM' as const, projectIds: [] }
  await server.server.db
    .insertInto('secret_manager_connection')
    .values({ id, ...place, providerId: 'aws', config: '{}' })
    .execute()
  return id
}

/** Whether there is a row by which it names its project. A new kind of row is one more in `makePlace`. */
function isNamable({ endpoint: { project } }: Permitted): boolean {
  if (project?.by === 'row' && own.rows[project.row] === undefined)
    throw new Error(`makePlace makes no row of ${project.row}`)
  return true
}

/** The entities by which a request names its project. */
interface Named {
  projectId: string
  rows: Readonly<Record<string, string>>
}

/** A call of an operation in a place. @returns the status and the text of the answer */
async function ask(
  { endpoint, kind, isOfPlatform }: Permitted,
  { projectId, rows }: Named,
  token: string | undefined,
): Promise<{ status: number; text: string }> {
  const { method, path, project, permissionsBy } = endpoint
  const parts: Record<'params' | 'query' | 'body', Record<string, unknown>> = { params: {}, query: {}, body: {} }
  if (kind !== undefined && permissionsBy) parts.body[permissionsBy.field] = kind
  if (project?.by === 'id' && !isOfPlatform) parts[project.part][project.field] = projectId
  if (project?.by === 'row')
    parts[project.part][project.field] = isOfPlatform ? own.platformInvitation : rows[project.row]
  if (project?.by === 'rows') parts.body[project.rows[0]?.field ?? ''] = [rows[project.rows[0]?.row ?? '']]
  const url = new URL(`${origin}/api${path.replaceAll(/:(\w+)/g, (_, name) => String(parts.params[name] ?? 'x'))}`)
  for (const [name, value] of Object.entries(parts.query)) url.searchParams.set(name, String(value))
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(method === 'GET' ? {} : { body: JSON.stringify(parts.body) }),
  })
  return { status: response.status, text: await response.text() }
}

test('everybody may do what the table of permissions says, and nothing else', async () => {
  const wrong: string[] = []
  for (const caller of [...CALLERS, CUSTOM]) {
    const asked = permittedOperations()
      .filter(isNamable)
      .map(async (permitted) => {
        const { status } = await ask(permitted, own, tokens.get(caller.name))
        const refusal = [401, 403, 404].includes(status)
        const isRight = isAllowed(permitted, caller) ? status === 200 : refusal
        if (!isRight) wrong.push(`${caller.name}: ${nameOf(permitted)} is answered ${status}`)
      })
    await Promise.all(asked)
  }
  expect(wrong).toEqual([])
})

/** The answer without the ids of the request and of the answer. */
const without = (ids: Named, { status, text }: { status: number; text: string }): string =>
  [ids.projectId, ...Object.values(ids.rows)].reduce((all, id) => all.replaceAll(id, 'ID'), `${status} ${text}`)

test('what belongs to another project or another platform is answered like what is not there', async () => {
  const nowhere: Named = {
    projectId: newId(),
    rows: Object.fromEntries(Object.keys(own.rows).map((row) => [row, newId()])),
  }
  const operations = permittedOperations().filter(
    ({ endpoint: { project }, isOfPlatform }) => project !== null && project.by !== 'token' && !isOfPlatform,
  )
  const wrong: string[] = []
  const compare = async (name: string, places: readonly Named[]) => {
    const token = tokens.get(name)
    for (const operation of operations) {
      const unknown = without(nowhere, await ask(operation, nowhere, token))
      for (const place of places) {
        const answer = without(place, await ask(operation, place, token))
        if (answer !== unknown || answer.startsWith('200'))
          wrong.push(`${name}: ${nameOf(operation)} is answered ${answer}, and ${unknown}`)
      }
    }
  }
  for (const name of ['no role', 'Viewer', 'Admin', 'engine']) await compare(name, [neighbour, foreign])
  for (const name of ['platform OPERATOR', 'platform ADMIN', 'API key']) await compare(name, [foreign])
  expect(wrong).toEqual([])
})

test('what belongs to another platform is answered like what is not there, where no project is named', async () => {
  const { token } = rival
  const made = async (path: string, body: object) => (await call<{ id: string }>('POST', path, token, body)).body.id
  const destination = await made('/v1/event-destinations', { url: 'https://example.com/e', events: ['flow.created'] })
  /** The rows by the first part of their path, each with a body that its changes take. A new noun is one more line. */
  const rows: Record<string, { id: string; body?: object }> = {
    pieces: { id: createHash('md5').update('none').digest('hex').slice(0, 21) },
    'api-keys': { id: await made('/v1/api-keys', { displayName: 'k' }) },
    'signing-keys': { id: await made('/v1/signing-keys', { displayName: 'k' }) },
    'event-destinations': { id: destination, body: {} },
    'global-connections': {
      id: await made('/v1/global-connections', {
        ...{ pieceName: '@activepieces/piece-forms', displayName: 'g', externalId: 'g', type: 'SECRET_TEXT' },
        ...{ value: { type: 'SECRET_TEXT', secret_text: 'x' }, scope: 'PLATFORM', projectIds: [] },
      }),
      body: { displayName: 'h' },
    },
    'oauth-apps': {
      id: await made('/v1/oauth-apps', { pieceName: '@activepieces/piece-http', clientId: 'a', clientSecret: 'b' }),
    },
    'project-roles': { id: await made('/v1/project-roles', { name: 'Theirs', permissions: [] }), body: { name: 'X' } },
    'user-invitations': { id: foreign.platformInvitation },
    tags: { id: await made('/v1/tags', { name: 'theirs' }) },
    users: { id: rival.userId, body: { type: 'PASSWORD_RESET' } },
    sessions: { id: await sessionOf(rival) },
    authn: { id: await linkOf(rival) },
    'personal-tokens': {
      id: await made('/v1/personal-tokens', { displayName: 't', permissions: ['READ_FLOW'] }),
    },
    'secret-managers': {
      id: await foreignSecretManager(),
      body: {
        providerId: 'aws',
        name: 's',
        config: { accessKeyId: 'a', secretAccessKey: 'b', region: 'eu-central-1' },
      },
    },
    platforms: { id: rival.platformId, body: {} },
    // For API keys alone; its own test tries ids of others with one.
    scim: { id: rival.userId, body: {} },
  }
  const wrong: string[] = []
  for (const { method, path, project, principals, operationId } of endpoints) {
    const isOfPlatform = project === null || 'otherwise' in project
    if (!isOfPlatform || !path.includes('/:id') || !Array.isArray(principals)) continue
    const noun = path.split('/')[2] ?? ''
    const row = rows[noun]
    if (!row) {
      wrong.push(`${operationId}: add a row of ${noun}`)
      continue
    }
    const answer = async (id: string) => {
      const url = path.replace(':id', id).replace(/:\w+/, 'x'.repeat(21))
      const { status, body } = await call(method, url, owner.token, method === 'GET' ? undefined : row.body)
      return `${status} ${JSON.stringify(body).replaceAll(id, 'ID')}`
    }
    const [theirs, unknown] = [await answer(row.id), await answer(newId())]
    if (theirs !== unknown || !/^40[34]/.test(theirs))
      wrong.push(`${operationId} is answered ${theirs}, and ${unknown}`)
  }
  expect(wrong).toEqual([])
})
