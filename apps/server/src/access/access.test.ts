import { endpoint, projectOfRow } from '@piecework/api/endpoint'
import { newId } from '@piecework/model/ids'
import type { FastifyInstance } from 'fastify'
import { type KyselyPlugin, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { Db } from '../database/open.ts'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { implement } from '../http/implement.ts'
import { rememberProjects } from '../http/project-source.ts'
import { createHttpServer } from '../http/server.ts'
import { createLog } from '../log.ts'
import { loadSettings } from '../settings.ts'
import { type Access, createAccess, hashApiKey } from './access.ts'
import { DEFAULT_ROLES } from './roles.ts'
import { createTokens } from './tokens.ts'

const tokens = createTokens('a secret that is only used in this test')
const { settings } = loadSettings({ AP_LOG_LEVEL: 'silent' })

/** Counts what is asked of the database. */
const queries = { count: 0 }
const counter: KyselyPlugin = {
  transformQuery({ node }) {
    queries.count++
    return node
  },
  transformResult: async ({ result }) => result,
}
const thing = endpoint({
  method: 'GET',
  path: '/v1/things/:id',
  operationId: 'things.read',
  summary: 'Read a thing',
  principals: ['USER', 'SERVICE', 'ENGINE'],
  permission: 'READ_FLOW',
  project: projectOfRow('thing'),
  params: z.object({ id: z.string() }),
  response: z.unknown(),
})

let fixture: TestDatabase
let db: Db
let access: Access
let app: FastifyInstance
const [platformId, projectId, ownerId, viewerId, roleId, keyId] = [newId(), newId(), newId(), newId(), newId(), newId()]

beforeAll(async () => {
  fixture = await testDatabase('PGLITE')
  db = fixture.db
  for (const [id, platformRole] of [
    [ownerId, 'ADMIN'],
    [viewerId, 'MEMBER'],
  ] as const) {
    const person = {
      email: id,
      password: '',
      firstName: 'A',
      lastName: 'B',
      provider: 'EMAIL',
      verified: true,
    } as const
    await db
      .insertInto('user_identity')
      .values({ id, ...person })
      .execute()
    await db.insertInto('user').values({ id, identityId: id, platformId, platformRole, status: 'ACTIVE' }).execute()
  }
  const look = { primaryColor: '', logoIconUrl: '', fullLogoUrl: '', favIconUrl: '' }
  await db
    .insertInto('platform')
    .values({ id: platformId, ownerId, name: 'P', ...look })
    .execute()
  await db
    .insertInto('project')
    .values({ id: projectId, ownerId, displayName: 'P', type: 'TEAM', platformId, icon: '{}' })
    .execute()
  const permissions = [...DEFAULT_ROLES.Viewer]
  await db.insertInto('project_role').values({ id: roleId, name: 'Viewer', permissions, type: 'DEFAULT' }).execute()
  await db
    .insertInto('project_member')
    .values({ id: newId(), projectId, platformId, userId: viewerId, projectRoleId: roleId })
    .execute()
  const shown = { displayName: 'k', truncatedValue: 'ight' }
  await db
    .insertInto('api_key')
    .values({ id: keyId, platformId, hashedValue: hashApiKey('sk-right'), ...shown })
    .execute()
})
afterAll(() => fixture[Symbol.asyncDispose]())

beforeEach(async () => {
  const counted = db.withPlugin(counter)
  access = createAccess({ db: counted, tokens })
  app = (await createHttpServer({ settings, log: createLog({ logLevel: 'silent', logPretty: false }), access })).app
  const find = (id: string) => counted.selectFrom('project').select('id').where('id', '=', id).executeTakeFirst()
  app.projectFinders.set(
    'thing',
    rememberProjects(async (id) => (await find(id))?.id),
  )
  implement(app, thing, ({ actor }) => ({ userId: actor.userId }))
  await app.ready()
  return () => app.close()
})

const session = (id = viewerId): Promise<string> => tokens.user({ id, platformId, tokenVersion: null })

/** @returns the status, and how many queries the request took. */
async function ask(token: string): Promise<[status: number, queries: number]> {
  const before = queries.count
  const headers = { authorization: `Bearer ${token}` }
  const { statusCode } = await app.inject({ url: `/api/v1/things/${projectId}`, headers })
  return [statusCode, queries.count - before]
}

test('a warm request by session, key or engine token costs no query', async () => {
  const engine = await tokens.engine({ id: 'job', projectId, platformId })
  for (const token of [await session(), await session(ownerId), 'sk-right', engine]) {
    const [status, cold] = await ask(token)
    expect(status).toBe(200)
    expect(cold).toBeLessThanOrEqual(5)
    expect(await ask(token)).toEqual([200, 0])
  }
})

test('what was refused is looked at again each time: somebody who is let in comes in at once', async () => {
  expect((await ask('sk-later'))[0]).toBe(401)
  await db
    .insertInto('api_key')
    .values({ id: newId(), platformId, hashedValue: hashApiKey('sk-later'), displayName: 'l', truncatedValue: 'ater' })
    .execute()
  expect((await ask('sk-later'))[0]).toBe(200)
})

test('what is said to have changed is looked at again, and nothing else', async () => {
  const viewer = await session()
  const warm = async () => {
    await ask(viewer)
    await ask('sk-right')
  }
  const costs = async () => [(await ask(viewer))[1] > 0, (await ask('sk-right'))[1] > 0]
  await warm()
  access.forget({ of: 'USER', id: viewerId })
  expect(await costs()).toEqual([true, false])
  access.forget({ of: 'API_KEY', id: keyId })
  expect(await costs()).toEqual([false, true])
  access.forget({ of: 'PROJECT', id: projectId })
  expect(await costs()).toEqual([true, false])
  access.forget({ of: 'ANYBODY' })
  expect(await costs()).toEqual([true, true])
})

test('a lookup that a change overtakes is not kept', async () => {
  const token = await session()
  const asked = access.identify(`Bearer ${token}`)
  access.forget({ of: 'PROJECT', id: 'another one' })
  await asked
  const before = queries.count
  await access.identify(`Bearer ${token}`)
  expect(queries.count - before).toBe(1)
})

test('nothing is kept while changes of other apps cannot be heard of', async () => {
  const token = await session()
  await ask(token)
  access.forgetAll(false)
  await ask(token)
  expect((await ask(token))[1]).toBeGreaterThan(0)
  access.forgetAll(true)
  await ask(token)
  expect(await ask(token)).toEqual([200, 0])
})

test('a role that was changed, and a user who was switched off, count as soon as it is said', async () => {
  const token = await session()
  expect((await ask(token))[0]).toBe(200)
  await db
    .updateTable('project_role')
    .set({ permissions: ['READ_RUN'] })
    .where('id', '=', roleId)
    .execute()
  access.forget({ of: 'ANYBODY' })
  expect((await ask(token))[0]).toBe(403)
  await db.deleteFrom('project_member').where('userId', '=', viewerId).execute()
  access.forget({ of: 'USER', id: viewerId })
  expect((await ask(token))[0]).toBe(404)
  await db.updateTable('user').set({ status: 'INACTIVE' }).where('id', '=', viewerId).execute()
  access.forget({ of: 'USER', id: viewerId })
  expect((await ask(token))[0]).toBe(401)
})

test('what is stored can be read though the use of a key cannot be noted', async () => {
  await sql`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$`.execute(
    db,
  )
  await sql`create trigger no_notes before update on api_key for each row execute function refuse()`.execute(db)
  expect((await ask('sk-right'))[0]).toBe(200)
  await sql`drop trigger no_notes on api_key`.execute(db)
})
