import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SecretManager } from '@piecework/api/secret-managers'
import { parseJson } from '@piecework/model/parse-json'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createOutbound, type Outbound } from '../../http/outbound.ts'
import { codeAction, flowMaker, webhookTrigger } from '../../testing/flows.ts'
import { addMember } from '../../testing/members.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'
import { createAws } from './providers/aws.ts'
import { createProviders } from './providers/registry.ts'

interface Asked {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}
type Answer = { status?: number; body?: unknown }

/** A stand-in for a secret manager, over real HTTP. */
async function startStandIn(answer: (asked: Asked) => Answer) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body }
    asked.push(one)
    const { status = 200, body: said = '' } = answer(one)
    response.writeHead(status).end(typeof said === 'string' ? said : JSON.stringify(said))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, asked, close: () => server.close() }
}

/** As Vault answers: an AppRole, and one secret of the key-value engine. */
const secrets = new Map([['secret/data/team/shop', { api_key: 'the-first-key-of-all' }]])
function answerAsVault({ method, path, headers, body }: Asked): Answer {
  const refused = { status: 403, body: { errors: ['permission denied'] } }
  if (headers['x-vault-namespace'] !== 'team') return refused
  if (method === 'POST' && path === '/v1/auth/approle/login') {
    const known = parseJson(body) as { role_id?: string; secret_id?: string }
    const isKnown = known.role_id === 'role' && known.secret_id === 'secret-of-the-role'
    return isKnown
      ? { body: { auth: { client_token: 'hvs.token' } } }
      : { status: 400, body: { errors: ['invalid role'] } }
  }
  if (headers['x-vault-token'] !== 'hvs.token') return refused
  const data = secrets.get(path.slice('/v1/'.length))
  return data ? { body: { data: { data } } } : { status: 404, body: { errors: [] } }
}

function answerAsConjur({ path, headers, body }: Asked): Answer {
  if (path === '/authn/acme/host%2Fpiecework/authenticate')
    return body === 'key-of-the-host' && headers['accept-encoding'] === 'base64'
      ? { body: 'dG9rZW4=' }
      : { status: 401 }
  if (headers.authorization !== 'Token token="dG9rZW4="') return { status: 401 }
  return path === '/secrets/acme/variable/team%2Fkey-1' ? { body: 'a-secret-of-conjur' } : { status: 404 }
}

let server: TestServer
let owner: Person
let vault: Awaited<ReturnType<typeof startStandIn>>
let conjur: Awaited<ReturnType<typeof startStandIn>>
beforeAll(async () => {
  vault = await startStandIn(answerAsVault)
  conjur = await startStandIn(answerAsConjur)
  server = await startTestServer({
    ...{ AP_SSRF_ALLOW_LIST: '127.0.0.1', AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' },
  })
  owner = await signUpOwner(server)
})
beforeEach(() => {
  vault.asked.length = 0
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  vault?.close()
  conjur?.close()
})

const call = <T = { id: string }>(method: string, path: string, body?: unknown, token = owner.token) =>
  server.call<T>(method, path, { token, body })
const vaultBody = (more: object = {}) => ({
  ...{ providerId: 'hashicorp', name: 'The vault' },
  config: { url: vault.url, namespace: 'team', roleId: 'role', secretId: 'secret-of-the-role' },
  ...more,
})
const made = async (body: object): Promise<SecretManager> => {
  const answer = await call<SecretManager>('POST', '/v1/secret-managers', body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body
}
const connect = (externalId: string, secret_text: string, more: object = {}) =>
  call<{ id: string; usingSecretManager: boolean }>('POST', '/v1/app-connections', {
    ...{ externalId, displayName: externalId, pieceName: '@activepieces/piece-http', projectId: owner.projectId },
    ...{ type: 'SECRET_TEXT', value: { type: 'SECRET_TEXT', secret_text }, ...more },
  })

test('a run uses the secret that the secret manager keeps, and nothing else shows it', async () => {
  const manager = await made(vaultBody())
  expect(manager).toMatchObject({ scope: 'PLATFORM', connection: { configured: true, connected: true } })
  const connected = await connect('shop', `{{${manager.id}|ap_sep_v1|secret/data/team/shop/api_key}}`)
  expect(connected).toMatchObject({ status: 201, body: { usingSecretManager: true } })

  const flows = flowMaker(server, owner)
  const code = 'export const code = async (i) => [...i.key].reverse().join("")'
  const flow = await flows.create(webhookTrigger(), [
    codeAction('step_1', code, { key: '{{connections.shop.secret_text}}' }),
  ])
  await flows.publish(flow.id)
  const backwards = (text: string) => [...text].reverse().join('')
  let runs = 0
  const run = async () => {
    await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
    runs += 1
    const last = (await flows.finishedRuns(flow.id, runs)).at(-1)
    return flows.run(last?.id ?? '')
  }
  expect((await run()).steps?.step_1).toMatchObject({ output: backwards('the-first-key-of-all') })
  const reads = vault.asked.length
  expect((await run()).steps?.step_1).toMatchObject({ output: backwards('the-first-key-of-all') })
  expect(vault.asked).toHaveLength(reads)

  // The secret changes there; here it is remembered for an hour, or until somebody says so.
  secrets.set('secret/data/team/shop', { api_key: 'the-second-key' })
  expect((await run()).steps?.step_1).toMatchObject({ output: backwards('the-first-key-of-all') })
  expect(await call('DELETE', `/v1/secret-managers/cache?connectionId=${manager.id}`)).toMatchObject({ status: 200 })
  expect((await run()).steps?.step_1).toMatchObject({ output: backwards('the-second-key') })

  const [rows, managers, listed] = [
    await server.server.db.selectFrom('app_connection').selectAll().execute(),
    await server.server.db.selectFrom('secret_manager_connection').selectAll().execute(),
    (await call('GET', '/v1/secret-managers')).body,
  ]
  expect(JSON.stringify([rows, managers, listed])).not.toMatch(/the-second-key|secret-of-the-role/)

  expect(await call('DELETE', `/v1/secret-managers/${manager.id}`)).toMatchObject({ status: 204 })
  const failed = await run()
  expect(failed.status).toBe('FAILED')
  expect(JSON.stringify(failed.steps?.step_1)).toContain('the secret manager is unknown')
})

test('a secret manager that does not let the server in is refused, and so is a connection without its secret', async () => {
  const wrong = vaultBody({ config: { ...vaultBody().config, secretId: 'wrong' } })
  const refused = await call<{ params: { message: string } }>('POST', '/v1/secret-managers', wrong)
  expect(refused).toMatchObject({ status: 400, body: { code: 'SECRET_MANAGER_CONNECTION_FAILED' } })
  expect(refused.body.params.message).toContain('invalid role')
  expect(refused.body.params.message).not.toContain('wrong')

  const manager = await made(vaultBody())
  for (const path of [
    'secret/data/team/none/api_key',
    'secret/data/team/shop/other',
    'api_key',
    'secret/../../sys/raw/x',
  ])
    expect(await connect('none', `{{${manager.id}|ap_sep_v1|${path}}}`), path).toMatchObject({
      ...{ status: 400, body: { code: 'SECRET_MANAGER_GET_SECRET_FAILED' } },
    })
  for (const text of [
    `{{${manager.id}|ap_sep_v1|}}`,
    `{{${manager.id} |ap_sep_v1|secret/data/team/shop/api_key}}`,
    `{{|ap_sep_v1|secret/data/team/shop/api_key}}`,
    `{{${manager.id}|ap_sep_v1|{{nested}}}}`,
    `Bearer {{${manager.id}|ap_sep_v1|secret/data/team/shop/api_key}}`,
  ])
    expect(await connect('malformed', text), text).toMatchObject({
      ...{ status: 400, body: { code: 'SECRET_MANAGER_GET_SECRET_FAILED' } },
    })
  for (const [field, config] of [
    ['namespace', { ...vaultBody().config, namespace: 'a\r\nX-Other: 1' }],
    ['namespace', { ...vaultBody().config, namespace: 'teäm' }],
  ] as const)
    expect(await call('POST', '/v1/secret-managers', vaultBody({ config }))).toMatchObject({
      ...{ status: 400, body: { message: expect.stringContaining(`body/config/${field}`) } },
    })
  const oauth2 = { type: 'OAUTH2', client_id: 'x', code: 'y', client_secret: `{{${manager.id}|ap_sep_v1|a/b/c/d}}` }
  expect(await connect('oauth2', '', { type: 'OAUTH2', value: oauth2 })).toMatchObject({ status: 400 })
  for (const body of [
    vaultBody({ providerId: 'unknown' }),
    vaultBody({ config: { url: 'file:///etc/passwd', roleId: 'r', secretId: 's' } }),
    vaultBody({ scope: 'PROJECT', projectIds: ['unknown'] }),
  ])
    expect((await call('POST', '/v1/secret-managers', body)).status).toBeOneOf([400, 404])
})

test('a secret manager for some projects is for them alone', async () => {
  const other = await call('POST', '/v1/projects', { displayName: 'Other' })
  const manager = await made(vaultBody({ scope: 'PROJECT', projectIds: [other.body.id] }))
  expect(manager.projectIds).toEqual([other.body.id])
  const reference = `{{${manager.id}|ap_sep_v1|secret/data/team/shop/api_key}}`
  expect(await connect('closed', reference)).toMatchObject({
    ...{ status: 400, body: { code: 'SECRET_MANAGER_GET_SECRET_FAILED' } },
  })
  expect(await connect('open', reference, { projectId: other.body.id })).toMatchObject({ status: 201 })
  const member = await addMember(server, owner, 'Editor')
  const list = async (query: string, token = owner.token) =>
    (await call<{ data: SecretManager[] }>('GET', `/v1/secret-managers${query}`, undefined, token)).body.data.map(
      ({ id }) => id,
    )
  expect(await list('')).toContain(manager.id)
  expect(await list('', member)).not.toContain(manager.id)
  expect(await list(`?projectId=${other.body.id}`, member)).not.toContain(manager.id)
  for (const [method, path, body] of [
    ['POST', '', vaultBody()],
    ['POST', `/${manager.id}`, vaultBody()],
    ['DELETE', `/${manager.id}`],
    ['DELETE', '/cache'],
  ] as const)
    expect(await call(method, `/v1/secret-managers${path}`, body, member), `${method} ${path}`).toMatchObject({
      status: 403,
    })
  // A change of the manager reaches the next reading.
  const moved = await call<SecretManager>('POST', `/v1/secret-managers/${manager.id}`, vaultBody({ name: 'Renamed' }))
  expect(moved.body).toMatchObject({ id: manager.id, name: 'Renamed', scope: 'PLATFORM', projectIds: [] })
  expect(await connect('closed', reference)).toMatchObject({ status: 201 })
})

test('CyberArk Conjur', async () => {
  const config = {
    organizationAccountName: 'acme',
    loginId: 'host/piecework',
    url: conjur.url,
    apiKey: 'key-of-the-host',
  }
  const manager = await made({ providerId: 'cyberark-conjur', name: 'Conjur', config })
  expect(await connect('conjur', `{{${manager.id}|ap_sep_v1|team/key-1}}`)).toMatchObject({ status: 201 })
  expect(await connect('conjur', `{{${manager.id}|ap_sep_v1|team/key-2}}`)).toMatchObject({ status: 400 })
})

/** Vaults and items as a Connect server has them, found by name as it finds them. */
const VAULTS = [
  { id: 'a'.repeat(26), name: 'Production' },
  { id: 'b'.repeat(26), name: 'Shared' },
  { id: 'c'.repeat(26), name: 'Shared' },
]
const STRIPE = {
  id: 'd'.repeat(26),
  title: 'Stripe "live"',
  sections: [{ id: 'add more', label: 'Old keys' }],
  fields: [
    { id: 'password', label: 'password', value: 'a-password', type: 'CONCEALED', purpose: 'PASSWORD' },
    { id: 'k1', label: 'Secret Key', value: 'a-secret-of-1password', type: 'CONCEALED' },
    { id: 'k2', label: 'API key', value: 'newer-key', type: 'CONCEALED' },
    { id: 'k3', label: 'API key', value: 'older-key', type: 'CONCEALED', section: { id: 'add more' } },
    { id: 'notesPlain', label: 'notesPlain', type: 'STRING', purpose: 'NOTES' },
  ],
}
function answerAsConnect({ path, headers }: Asked): Answer {
  const refuse = (status: number, message: string) => ({ status, body: { status, message } })
  if (headers.authorization !== 'Bearer token-of-connect') return refuse(401, 'Invalid token signature')
  const { pathname, searchParams } = new URL(path, 'http://connect')
  const filter = searchParams.get('filter')
  const [, value] = /^(?:name|title) eq "((?:[^"\\]|\\.)*)"$/.exec(filter ?? '') ?? []
  if (filter !== null && value === undefined) return refuse(400, 'Invalid filter')
  const named = <T extends object>(all: T[], key: keyof T) =>
    all.filter((one) => value === undefined || one[key] === JSON.parse(`"${value}"`))
  if (pathname === '/v1/vaults') return { body: named(VAULTS, 'name') }
  const items = `/v1/vaults/${VAULTS[0]?.id}/items`
  const { sections: _, fields: __, ...shown } = STRIPE
  if (pathname === items) return { body: named([shown], 'title') }
  return pathname === `${items}/${STRIPE.id}` ? { body: STRIPE } : refuse(404, 'Item not found')
}

test('1Password, by a Connect server', async () => {
  const connectServer = await startStandIn(answerAsConnect)
  const body = (connectToken: string) => ({
    ...{ providerId: 'onepassword', name: '1Password', config: { url: `${connectServer.url}/`, connectToken } },
  })
  const refused = await call<{ params: { message: string } }>('POST', '/v1/secret-managers', body('another'))
  expect(refused).toMatchObject({ status: 400, body: { code: 'SECRET_MANAGER_CONNECTION_FAILED' } })
  expect(refused.body.params.message).toContain('Invalid token signature')
  const manager = await made(body('token-of-connect'))
  let names = 0
  const reach = (path: string) => {
    names += 1
    return connect(`1password-${names}`, `{{${manager.id}|ap_sep_v1|${path}}}`)
  }
  for (const path of [
    'op://Production/Stripe "live"/Secret Key',
    'op://Production/Stripe "live"/secret key',
    'op://Production/Stripe "live"/Old keys/API key',
    `op://${VAULTS[0]?.id}/${STRIPE.id}/k2`,
  ])
    expect(await reach(path), path).toMatchObject({ status: 201, body: { usingSecretManager: true } })
  for (const [path, reason] of [
    ['op://Production/Stripe "live"', 'op://vault/item/field'],
    ['Production/Stripe/password', 'op://vault/item/field'],
    ['op://Nowhere/Stripe/password', 'no vault Nowhere'],
    ['op://Shared/Stripe/password', 'more than one vault Shared'],
    ['op://Production/Stripe/password', 'no item Stripe'],
    ['op://Production/Stripe "live"/API key', 'more than one field API key'],
    ['op://Production/Stripe "live"/notesPlain', 'no field notesPlain'],
    [`op://Production/${'z'.repeat(26)}/password`, 'Item not found'],
  ] as const) {
    const answer = await reach(path)
    expect(answer, path).toMatchObject({ status: 400, body: { code: 'SECRET_MANAGER_GET_SECRET_FAILED' } })
    expect(JSON.stringify(answer.body)).toContain(reason)
  }

  // The value goes where the reference stands.
  const providers = createProviders()
  const outbound = createOutbound({ allowList: ['127.0.0.1'] })
  const config = { url: connectServer.url, connectToken: 'token-of-connect' }
  const read = (path: string) => providers.onepassword.read(outbound, config, path)
  expect(await read('op://Production/Stripe "live"/Secret Key')).toBe('a-secret-of-1password')
  expect(await read('op://production/Stripe "live"/Old keys/API key').catch(String)).toContain('no vault production')
  expect(await read('op://Production/Stripe "live"/Old keys/API key')).toBe('older-key')
  connectServer.close()
})

/** A token as 1Password makes them, of an account that does not exist. */
const serviceAccountToken = (signInAddress: string): string => {
  const token = {
    signInAddress,
    userAuth: { method: 'SRPg-4096', alg: 'PBES2g-HS256', iterations: 650_000, salt: 'c2FsdC1vZi1hLXRva2Vu' },
    email: 'piecework@1passwordserviceaccounts.com',
    srpX: 'ab'.repeat(32),
    muk: { alg: 'A256GCM', ext: true, k: 'A'.repeat(43), key_ops: ['encrypt', 'decrypt'], kty: 'oct', kid: 'mp' },
    secretKey: 'A3-ABCDEF-ABCDEF-ABCDE-ABCDE-ABCDE-ABCDE',
    throttleSecret: { seed: 'ab'.repeat(32), uuid: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ' },
    deviceUuid: 'abcdefghijklmnopqrstuvwxyz',
  }
  return `ops_${Buffer.from(JSON.stringify(token)).toString('base64url')}`
}

test('1Password, by the token of a service account: what is refused, and where its requests go', async () => {
  const create = (config: object) =>
    call<{ params: { message: string } }>('POST', '/v1/secret-managers', {
      ...{ providerId: 'onepassword', name: '1Password', config },
    })
  const forged = await create({ serviceAccountToken: 'ops_forged' })
  expect(forged).toMatchObject({ status: 400, body: { code: 'SECRET_MANAGER_CONNECTION_FAILED' } })
  expect(forged.body.params.message).toContain('invalid service account token')
  // The token says where it is valid: an address of the operator's network is not asked.
  const inward = await create({ serviceAccountToken: serviceAccountToken('10.11.12.13') })
  expect(inward).toMatchObject({ status: 400, body: { code: 'SECRET_MANAGER_CONNECTION_FAILED' } })
  expect(inward.body.params.message).toMatch(/10\.11\.12\.13/)
  const neither = await create({ url: 'https://connect.example.com' })
  expect(neither).toMatchObject({ status: 400 })
  expect(neither.body.params.message).toBe(
    'body/config/serviceAccountToken: must be a token, or give url and connectToken',
  )

  // The SDK encrypts what follows the sign-in, so that a stand-in can only see the beginning.
  const site = await startStandIn(() => ({ status: 503, body: { reason: 'closed' } }))
  const real = createOutbound({ allowList: ['127.0.0.1'] })
  const outbound: Outbound = (url, request) =>
    real(String(url).replace('https://stand-in.1password.com', site.url), request)
  const config = { serviceAccountToken: serviceAccountToken('stand-in.1password.com') }
  await expect(createProviders().onepassword.check(outbound, config)).rejects.toThrow('503 Service Unavailable')
  expect(site.asked).toMatchObject([{ method: 'POST', path: '/api/v3/auth/start' }])
  await expect(createProviders().onepassword.read(outbound, config, 'Vault/Item/field')).rejects.toThrow('op://vault')
  site.close()
})

test('AWS Secrets Manager, with requests that are signed as AWS checks them', async () => {
  const aws = await startStandIn(({ headers, body }) => {
    if (headers.authorization !== signatureOf(headers, body)) return { status: 400, body: { message: 'bad signature' } }
    const { SecretId } = parseJson(body) as { SecretId?: string }
    if (headers['x-amz-target'] === 'secretsmanager.ListSecrets') return { body: { SecretList: [] } }
    return SecretId === 'shop'
      ? { body: { SecretString: '{"api_key":"a-secret-of-aws"}' } }
      : { status: 400, body: { __type: 'ResourceNotFoundException' } }
  })
  const outbound = createOutbound({ allowList: ['127.0.0.1'] })
  const provider = createAws(() => aws.url)
  const config = { accessKeyId: 'AKIA', secretAccessKey: 'key-of-the-user', region: 'eu-central-1' }
  await provider.check(outbound, config)
  expect(await provider.read(outbound, config, 'shop:api_key')).toBe('a-secret-of-aws')
  expect(await provider.read(outbound, config, 'shop')).toBe('{"api_key":"a-secret-of-aws"}')
  await expect(provider.read(outbound, config, 'shop:other')).rejects.toThrow('no text with the key other')
  await expect(provider.read(outbound, config, 'none')).rejects.toThrow('ResourceNotFoundException')
  await expect(provider.check(outbound, { ...config, secretAccessKey: 'wrong' })).rejects.toThrow('bad signature')
  aws.close()
})

/** The signature of version 4, worked out from its description alone. */
function signatureOf(headers: IncomingMessage['headers'], body: string): string {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? ''
  const at = String(headers['x-amz-date'])
  const scope = `${at.slice(0, 8)}/eu-central-1/secretsmanager/aws4_request`
  const lines = names.split(';').map((name) => `${name}:${headers[name]}\n`)
  const request = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(mac, 'AWS4key-of-the-user')
  const signature = mac(key, ['AWS4-HMAC-SHA256', at, scope, sha256(request)].join('\n')).toString('hex')
  return `AWS4-HMAC-SHA256 Credential=AKIA/${scope}, SignedHeaders=${names}, Signature=${signature}`
}
