import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flowMaker, webhookTrigger } from '../testing/flows.ts'
import { startSamlProvider } from '../testing/saml-provider.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../testing/server.ts'

// The test server checks that each answer is as the contract says, so a list that only looks right fails, too.

let server: TestServer
let owner: Person
beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  const { token, projectId, platformId } = owner
  const post = async (path: string, body: object) =>
    expect((await server.call('POST', path, { token, body })).status, path).toBeLessThan(300)
  for (const externalId of ['one', 'two'])
    await post('/v1/app-connections', {
      ...{ externalId, projectId, displayName: externalId, pieceName: '@activepieces/piece-http', metadata: { a: 1 } },
      ...{ type: 'SECRET_TEXT', value: { type: 'SECRET_TEXT', secret_text: 'x' } },
    })
  await post('/v1/event-destinations', { url: 'https://example.com/events', events: ['flow.created'] })
  await flowMaker(server, owner).create(webhookTrigger(), [])
  const idp = await startSamlProvider()
  const saml = { idpMetadata: idp.metadata, idpCertificate: idp.certificate }
  await post(`/v1/platforms/${platformId}`, { federatedAuthProviders: { saml } })
})
afterAll(() => server?.[Symbol.asyncDispose]())

const DEEP = `${'['.repeat(2500)}${']'.repeat(2500)}`
const DAMAGES = ['"text"', '[]', '7', 'null', 'true', '{"a":{"b":[null]}}', DEEP]

/** Each stored value that a list shows, and the list. */
const SHOWN: readonly (readonly [table: string, column: string, path: () => string])[] = [
  ['app_connection', 'metadata', () => `/v1/app-connections?projectId=${owner.projectId}`],
  ['app_connection', 'value', () => `/v1/app-connections?projectId=${owner.projectId}`],
  ['audit_event', 'data', () => '/v1/audit-events'],
  ['audit_event', 'actor', () => '/v1/audit-events'],
  ['event_destination', 'secret', () => '/v1/event-destinations'],
  ['project', 'icon', () => '/v1/projects'],
  ['project', 'metadata', () => '/v1/projects'],
  ['flow', 'metadata', () => `/v1/flows?projectId=${owner.projectId}`],
  ['platform', 'federatedAuthProviders', () => `/v1/platforms/${owner.platformId}`],
  ['platform', 'federatedAuthProviders', () => '/v1/flags'],
]

test.each(SHOWN)('a damaged %s.%s does not keep the rows around it from being shown', async (table, column, path) => {
  const { db } = server.server
  const [before] = (await sql<{ ids: number }>`select count(*)::int as ids from ${sql.table(table)}`.execute(db)).rows
  expect(before?.ids).toBeGreaterThan(0)
  const whole = await server.call('GET', path(), { token: owner.token })
  const kept = await sql<{ id: string; value: unknown }>`
    select id, ${sql.ref(column)} as value from ${sql.table(table)} order by id limit 1`.execute(db)
  const [row] = kept.rows
  for (const damage of DAMAGES) {
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${damage}::jsonb where id = ${row?.id}`.execute(db)
    const answer = await server.call('GET', path(), { token: owner.token })
    expect([damage.slice(0, 40), answer.status, JSON.stringify(answer.body).slice(0, 300)]).toEqual([
      damage.slice(0, 40),
      200,
      expect.anything(),
    ])
    expect(countOf(answer.body)).toBe(countOf(whole.body))
  }
  await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${JSON.stringify(row?.value)}::jsonb
    where id = ${row?.id}`.execute(db)
})

const countOf = (body: unknown): number => {
  const { data } = Object(body)
  return Array.isArray(data) ? data.length : 1
}

test('a provider with a certificate that is none is shown as not set up', async () => {
  const saml = { entryPoint: 'https://a.example', issuer: 'urn:a', certificate: 'none', attributeMapping: {} }
  await server.server.db
    .updateTable('platform')
    .set({ federatedAuthProviders: JSON.stringify({ saml }) })
    .execute()
  const answer = await server.call('GET', `/v1/platforms/${owner.platformId}`, { token: owner.token })
  expect(answer).toMatchObject({ status: 200, body: { federatedAuthProviders: { saml: null } } })
})
