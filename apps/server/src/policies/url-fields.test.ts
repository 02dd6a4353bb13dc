import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { graphEndpoints } from '@piecework/api/graph/index'
import { endpoints } from '@piecework/api/index'
import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../testing/flows.ts'
import { graphClient, projectKey } from '../testing/graph.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../testing/server.ts'

/**
 * Every field of both contracts that takes a URL or a host. The server must not be led to addresses inside of its
 * network by any of them: neither by an address, nor by a name, nor by a redirect.
 */
let server: TestServer
let owner: Person
let graph: ReturnType<typeof graphClient>
/** 127.0.0.2 plays a public host; what comes in by any other address was led inside. */
let listener: ReturnType<typeof createServer>
let port: number
let inside: string[] = []
let outside: string[] = []

beforeAll(async () => {
  listener = createServer((request, response) => {
    const { localAddress = '' } = request.socket
    const isPublic = localAddress.endsWith('127.0.0.2')
    ;(isPublic ? outside : inside).push(`${localAddress} ${request.url}`)
    if (request.url?.includes('redirect')) response.writeHead(302, { location: `http://127.0.0.1:${port}/led` }).end()
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => listener.listen(0, '::', resolve))
  port = (listener.address() as AddressInfo).port
  server = await startTestServer({
    ...{ AP_SSRF_ALLOW_LIST: '127.0.0.2', AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true', AP_SSO_ALLOW_HTTP: 'true' },
    AP_ALERT_CHECK_SECONDS: '1',
  })
  owner = await signUpOwner(server)
  graph = graphClient(server, await projectKey(server, owner))
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  listener?.closeAllConnections()
  listener?.close()
})

const call = <Body = { id: string }>(method: string, path: string, body?: unknown) =>
  server.call<Body>(method, path, { token: owner.token, body })

/** Makes the server send what it sends to the URL, and waits until it was tried. */
type Probe = (url: string) => Promise<void>

/** Waits until an event went to a receiver, or could not. */
const delivered = (destinationId: string) =>
  eventually(async () => {
    const row = await server.server.db
      .selectFrom('event_delivery')
      .select('id')
      .where('destinationId', '=', destinationId)
      .where((where) => where.or([where('lastError', 'is not', null), where('deliveredAt', 'is not', null)]))
      .executeTakeFirst()
    return row
  }, 'an attempt')

const toDestination: Probe = async (url) => {
  const made = await call('POST', '/v1/event-destinations', { url, events: ['folder.created'] })
  if (made.status === 201) await tellDestination(made.body.id)
}
const toChangedDestination: Probe = async (url) => {
  const made = await call('POST', '/v1/event-destinations', { url: 'http://127.0.0.2:1/', events: ['folder.created'] })
  expect(made.status).toBe(201)
  const changed = await call('PATCH', `/v1/event-destinations/${made.body.id}`, { url })
  if (changed.status === 200) await tellDestination(made.body.id)
  else await call('DELETE', `/v1/event-destinations/${made.body.id}`)
}
async function tellDestination(id: string): Promise<void> {
  await call('POST', '/v1/folders', { displayName: newId(), projectId: owner.projectId })
  await delivered(id)
  await call('DELETE', `/v1/event-destinations/${id}`)
}

const toWebhook: Probe = async (url) => {
  const made = await graph<{ id: string }>('POST', '/webhooks', { body: { url, events: ['form.submitted'] } })
  if (made.status === 201) await tellWebhook(made.data.id)
}
const toChangedWebhook: Probe = async (url) => {
  const body = { url: 'http://127.0.0.2:1/', events: ['form.submitted'] }
  const { id } = (await graph<{ id: string }>('POST', '/webhooks', { body })).data
  const changed = await graph('PATCH', `/webhooks/${id}`, { body: { url } })
  if (changed.status === 200) await tellWebhook(id)
  else await graph('DELETE', `/webhooks/${id}`)
}
async function tellWebhook(id: string): Promise<void> {
  const form = await graph<{ id: string }>('POST', '/forms', {
    body: { name: 'F', fields: [{ name: 'a', type: 'text' }] },
  })
  await graph('POST', `/forms/${form.data.id}/submissions`, { body: { data: { a: 'x' } } })
  await delivered(id)
  await graph('DELETE', `/webhooks/${id}`)
}

/** A token that ends soon raises an alert. */
const toAlertReceiver: Probe = async (receiver) => {
  const { db } = server.server
  const { projectId, platformId } = owner
  const made = await call('POST', '/v1/alerts', { projectId, channel: 'WEBHOOK', receiver })
  if (made.status !== 201) return
  const displayName = newId()
  await db
    .insertInto('app_connection')
    .values({
      ...{ id: newId(), platformId, projectIds: [projectId], displayName, externalId: displayName, value: '{}' },
      ...{ pieceName: 'p', pieceVersion: '0.1.0', type: 'OAUTH2', scope: 'PROJECT', tokenEnds: new Date() },
    })
    .execute()
  await eventually(async () => {
    const waiting = await db
      .selectFrom('outbox')
      .select('lastError')
      .where('subscriber', '=', 'alerts')
      .where('event', 'like', `%${displayName}%`)
      .executeTakeFirst()
    return waiting?.lastError ?? undefined
  }, 'an attempt to tell of an alert')
  await call('DELETE', `/v1/alerts/${made.body.id}`)
}

const SECRET_MANAGERS = {
  hashicorp: { roleId: 'r', secretId: 's' },
  'cyberark-conjur': { organizationAccountName: 'a', loginId: 'host/p', apiKey: 'k' },
  onepassword: { connectToken: 't' },
}
const secretManagerBodies = (url: string) =>
  Object.entries(SECRET_MANAGERS).map(([providerId, config]) => ({ providerId, name: 'n', config: { ...config, url } }))
const toSecretManager: Probe = async (url) => {
  for (const body of secretManagerBodies(url))
    expect((await call('POST', '/v1/secret-managers', body)).status).toBe(400)
}
const toChangedSecretManager: Probe = async (url) => {
  const id = newId()
  await server.server.db
    .insertInto('secret_manager_connection')
    .values({
      ...{ id, platformId: owner.platformId, providerId: 'aws', name: 'n', scope: 'PLATFORM', projectIds: [] },
      config: JSON.stringify({ iv: '', data: '', tag: '' }),
    })
    .execute()
  for (const body of secretManagerBodies(url))
    expect((await call('POST', `/v1/secret-managers/${id}`, body)).status).toBe(400)
}

const setProvider = (federatedAuthProviders: object) =>
  call('POST', `/v1/platforms/${owner.platformId}`, { federatedAuthProviders })
const begin = (providerName: string) =>
  fetch(`${server.origin}/api/v1/authn/federated/login?providerName=${providerName}&platformId=${owner.platformId}`)
const client = { clientId: 'c', clientSecret: 's' }
const toIssuer: Probe = async (issuer) => {
  if ((await setProvider({ oidc: { ...client, issuer } })).status === 200)
    expect((await begin('oidc')).status).toBeGreaterThanOrEqual(400)
}
const toGithub: Probe = async (url) => {
  if ((await setProvider({ github: { ...client, url } })).status !== 200) return
  const answer = await begin('github')
  const { loginUrl } = z.object({ loginUrl: z.string() }).parse(await answer.json())
  const claimed = await fetch(`${server.origin}/api/v1/authn/federated/claim`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' },
    body: JSON.stringify({ providerName: 'github', code: 'c', state: new URL(loginUrl).searchParams.get('state') }),
  })
  expect(claimed.status).toBeGreaterThanOrEqual(400)
}
const toMetadata: Probe = async (idpMetadata) => {
  expect((await setProvider({ saml: { idpMetadata, idpCertificate: 'x' } })).status).toBe(409)
}

/** The reason why the server never asks an address that a field holds. */
const NEVER = {
  browser: 'a browser goes there, the server does not',
  name: 'a name whose DNS records are looked up at most',
}

/** Every field that the walk finds, with what makes the server use it. A new field needs an entry. */
const FIELDS: Readonly<Record<string, Probe | string>> = {
  'alerts.create receiver': toAlertReceiver,
  'appConnections.upsert value.redirect_url': NEVER.browser,
  'eventDestinations.create url': toDestination,
  'eventDestinations.test url': async (url) => {
    const answer = await call<{ delivered?: boolean }>('POST', '/v1/event-destinations/test', { url })
    expect(answer.body.delivered ?? false).toBe(false)
  },
  'eventDestinations.update url': toChangedDestination,
  'flows.operate request.action.settings.customLogoUrl': NEVER.browser,
  'flows.operate request.settings.customLogoUrl': NEVER.browser,
  'flows.operate request.trigger.nextAction.settings.customLogoUrl': NEVER.browser,
  'flows.operate request.trigger.settings.customLogoUrl': NEVER.browser,
  'globalConnections.upsert value.redirect_url': NEVER.browser,
  'graph forms.create redirect_url': NEVER.browser,
  'graph forms.update redirect_url': NEVER.browser,
  'graph webhooks.create url': toWebhook,
  'graph webhooks.update url': toChangedWebhook,
  'oauth2.authorizationUrl redirectUrl': NEVER.browser,
  'platforms.update allowedAuthDomains[]': NEVER.name,
  'platforms.update federatedAuthProviders.github.url': toGithub,
  'platforms.update federatedAuthProviders.oidc.issuer': toIssuer,
  'platforms.update federatedAuthProviders.saml.idpMetadata': toMetadata,
  'secretManagers.create config.url': toSecretManager,
  'secretManagers.update config.url': toChangedSecretManager,
  'sso.setDomain ssoDomain': NEVER.name,
}

const NAMES = /ur[il](s|\[\])?$|host|issuer|metadata$|domain|endpoint|logo|icon|receiver/i

/** The texts of a JSON schema, by their paths, that are URLs or have the name of one. */
function urlsIn(schema: unknown, root: unknown, path = '', seen: readonly string[] = []): string[] {
  const known = z
    .looseObject({
      $ref: z.string().optional(),
      type: z.unknown().optional(),
      format: z.unknown().optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
      additionalProperties: z.unknown().optional(),
      items: z.unknown().optional(),
      ...{ anyOf: z.array(z.unknown()).optional(), oneOf: z.array(z.unknown()).optional() },
      allOf: z.array(z.unknown()).optional(),
    })
    .safeParse(schema).data
  if (!known) return []
  const { $ref } = known
  if ($ref !== undefined) {
    const parts = $ref.split('/').slice(1)
    const target = parts.reduce<unknown>((at, part) => Reflect.get(Object(at), part), root)
    return seen.includes($ref) ? [] : urlsIn(target, root, path, [...seen, $ref])
  }
  const inside = (child: unknown, at: string) => urlsIn(child, root, at, seen)
  const field = path.split('.').at(-1) ?? ''
  const isUrl = [known.type].flat().includes('string') && (known.format === 'uri' || NAMES.test(field))
  return [
    ...(isUrl ? [path] : []),
    ...[known.anyOf, known.oneOf, known.allOf].flatMap((all) => (all ?? []).flatMap((one) => inside(one, path))),
    ...Object.entries(known.properties ?? {}).flatMap(([key, child]) =>
      inside(child, path === '' ? key : `${path}.${key}`),
    ),
    ...inside(known.items, `${path}[]`),
    ...inside(known.additionalProperties, `${path}.*`),
  ]
}

test('every field that takes a URL or a host is among those that are tried', () => {
  const all = [
    ...endpoints.map(({ operationId, query, body }) => ({ name: operationId, parts: [query, body] })),
    ...graphEndpoints.map(({ operationId, query, body }) => ({ name: `graph ${operationId}`, parts: [query, body] })),
  ]
  const found = all.flatMap(({ name, parts }) =>
    parts.flatMap((part) => {
      if (!part) return []
      const schema = z.toJSONSchema(part, { io: 'input', unrepresentable: 'any' })
      return urlsIn(schema, schema).map((path) => `${name} ${path}`)
    }),
  )
  expect([...new Set(found)].sort()).toEqual(Object.keys(FIELDS).sort())
})

describe('no field leads the server inside', () => {
  const probes = Object.entries(FIELDS).flatMap(([field, probe]) =>
    typeof probe === 'string' ? [] : [[field, probe] as const],
  )
  test.each(probes)('%s', async (field, probe) => {
    ;[inside, outside] = [[], []]
    await probe(`http://127.0.0.2:${port}/public`)
    expect(outside.join(), `${field} is used`).toContain('/public')
    for (const host of [`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`, '169.254.169.254'])
      await probe(`http://${host}/direct`)
    await probe(`http://127.0.0.2:${port}/redirect`)
    expect(outside.join(), `${field} is used`).toContain('/redirect')
    expect(inside).toEqual([])
  })
})
