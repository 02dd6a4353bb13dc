import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (c) => c.charCodeAt(0),
)
const bytesOf = (text: string) => new TextEncoder().encode(text)
const save = (body: unknown) => server.call('POST', `/v1/platforms/${owner.platformId}`, { token: owner.token, body })
const image = (type: string, bytes: Uint8Array<ArrayBuffer> = PNG) => new File([bytes], 'logo', { type })

function form(fields: Record<string, string | File | string[]>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) data.append(name, one)
  return data
}

test('branding is saved by the form that browsers send, and logos are served to everybody', async () => {
  const saved = await save(
    form({
      name: 'Acme',
      primaryColor: '#aa3300',
      logoIcon: image('image/png'),
      fullLogo: image('image/svg+xml', bytesOf('<svg xmlns="http://www.w3.org/2000/svg"/>')),
      // A file input in which nothing was chosen.
      favIcon: image('application/octet-stream', new Uint8Array()),
      enforceAllowedAuthDomains: 'false',
      'allowedAuthDomains[]': ['acme.test', 'acme.example'],
      pinnedPieces: '["@activepieces/piece-http"]',
    }),
  )
  expect(saved).toMatchObject({
    status: 200,
    body: {
      name: 'Acme',
      primaryColor: '#aa3300',
      allowedAuthDomains: ['acme.test', 'acme.example'],
      pinnedPieces: ['@activepieces/piece-http'],
      favIconUrl: '/favicon.svg',
    },
  })
  const { logoIconUrl, fullLogoUrl } = saved.body
  const fetchImage = (url: unknown) => fetch(`${server.origin}${new URL(String(url)).pathname}`)
  const icon = await fetchImage(logoIconUrl)
  expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(new Uint8Array(await icon.arrayBuffer())).toEqual(PNG)
  const logo = await fetchImage(fullLogoUrl)
  expect(Object.fromEntries(logo.headers)).toMatchObject({
    'content-type': 'image/svg+xml',
    'content-disposition': 'attachment',
    'content-security-policy': expect.stringContaining('sandbox'),
    'x-content-type-options': 'nosniff',
  })
  const flags = await server.call('GET', '/v1/flags')
  expect(flags.body).toMatchObject({ THEME: { websiteName: 'Acme', logos: { logoIconUrl } } })

  const replaced = await save(form({ logoIcon: image('image/webp') }))
  expect(replaced.body.logoIconUrl).not.toBe(logoIconUrl)
  expect((await fetchImage(logoIconUrl)).status).toBe(404)
  expect((await fetchImage(fullLogoUrl)).status).toBe(200)
  const removed = await save(form({ removedImages: ['logoIcon', 'fullLogo'] }))
  expect(removed.body).toMatchObject({ name: 'Acme', logoIconUrl: '/logo-icon.svg', fullLogoUrl: '/logo.svg' })
  expect((await fetchImage(fullLogoUrl)).status).toBe(404)
})

test.each([
  ['logoIcon', { logoIcon: image('text/html') }, 400],
  ['fullLogo', { fullLogo: image('image/png', new Uint8Array(2 * 1024 * 1024 + 1)) }, 413],
  ['fullLogo', { fullLogo: image('image/png', bytesOf('<html>')) }, 400],
  ['fullLogo', { fullLogo: image('image/svg+xml') }, 400],
  ['allowedAuthDomains', { allowedAuthDomains: ['acme test'] }, 400],
  ['logo', { logo: image('image/png') }, 400],
  ['removedImages', { removedImages: 'picture' }, 400],
  ['primaryColor', { primaryColor: 'red;background:url(//evil)' }, 400],
  ['emailAuthEnabled', { emailAuthEnabled: 'perhaps' }, 400],
  ['federatedAuthProviders', { federatedAuthProviders: '{"google":{"clientId":"a"}}' }, 400],
])('a form that is wrong names the field and changes nothing: %s', async (field, fields, status) => {
  const before = await server.call('GET', `/v1/platforms/${owner.platformId}`, { token: owner.token })
  const answer = await save(form({ name: 'Changed', ...fields }))
  expect(answer.status).toBe(status)
  expect(JSON.stringify(answer.body)).toContain(`body/${field}`)
  const after = await server.call('GET', `/v1/platforms/${owner.platformId}`, { token: owner.token })
  expect(after.body).toEqual(before.body)
})

test('a file of a flow is not to be had as an image', async () => {
  const { db } = server.server
  const id = 'f'.repeat(21)
  await db.insertInto('file').values({ id, platformId: owner.platformId, type: 'PACKAGE_ARCHIVE', data: PNG }).execute()
  expect(await server.call('GET', `/v1/platforms/assets/${id}`)).toMatchObject({ status: 404 })
})

test('people have a picture, and only images are pictures', async () => {
  const change = (body: FormData) => server.call('POST', '/v1/users/me', { token: owner.token, body })
  const changed = await change(form({ profilePicture: image('image/jpeg') }))
  expect(changed).toMatchObject({ status: 200, body: { email: expect.any(String), imageUrl: expect.any(String) } })
  const me = await server.call('GET', '/v1/users/me', { token: owner.token })
  expect(me.body.imageUrl).toBe(changed.body.imageUrl)
  expect((await change(form({ profilePicture: image('text/plain') }))).status).toBe(400)
  expect(await server.call('DELETE', '/v1/users/me/profile-picture', { token: owner.token })).toMatchObject({
    body: { success: true },
  })
  expect((await server.call('GET', '/v1/users/me', { token: owner.token })).body.imageUrl).toBeNull()
  const path = new URL(String(changed.body.imageUrl)).pathname
  expect((await fetch(server.origin + path)).status).toBe(404)
})

test('the server announces no feature that it does not have', async () => {
  const { body } = await server.call<{ plan: Record<string, unknown> }>('GET', `/v1/platforms/${owner.platformId}`, {
    token: owner.token,
  })
  const on = Object.entries(body.plan).filter(([, value]) => value === true)
  expect(on.map(([name]) => name).sort()).toEqual([
    'analyticsEnabled',
    'apiKeysEnabled',
    'auditLogEnabled',
    'customAppearanceEnabled',
    'customRolesEnabled',
    'eventStreamingEnabled',
    'globalConnectionsEnabled',
    'managePiecesEnabled',
    'projectRolesEnabled',
    'scimEnabled',
    'secretManagersEnabled',
    'ssoEnabled',
  ])
  const flags = await server.call('GET', '/v1/flags')
  expect(flags.body).toMatchObject({
    SHOW_ALERTS: true,
    SHOW_PROJECT_MEMBERS: false,
    SMTP_CONFIGURED: false,
    CLOUD_AUTH_ENABLED: false,
    PIECES_SYNC_MODE: 'NONE',
  })
})

test('the four roles of the page are there, with the permissions of the page', async () => {
  const { body } = await server.call<{ data: { id: string; name: string; permissions: string[] }[] }>(
    'GET',
    '/v1/project-roles',
    { token: owner.token },
  )
  const roles = new Map(body.data.map((role) => [role.name, new Set(role.permissions)]))
  expect([...roles.keys()]).toEqual(['Admin', 'Editor', 'Operator', 'Viewer'])
  const holders = (permission: string) => [...roles].filter(([, has]) => has.has(permission)).map(([name]) => name)
  const table = {
    READ_FLOW: ['Admin', 'Editor', 'Operator', 'Viewer'],
    WRITE_FLOW: ['Admin', 'Editor'],
    UPDATE_FLOW_STATUS: ['Admin', 'Editor', 'Operator'],
    READ_RUN: ['Admin', 'Editor', 'Operator', 'Viewer'],
    WRITE_RUN: ['Admin', 'Editor', 'Operator'],
    READ_APP_CONNECTION: ['Admin', 'Editor', 'Operator', 'Viewer'],
    WRITE_APP_CONNECTION: ['Admin', 'Editor', 'Operator'],
    READ_PROJECT_MEMBER: ['Admin', 'Editor', 'Operator', 'Viewer'],
    WRITE_PROJECT_MEMBER: ['Admin'],
    READ_PROJECT_RELEASE: ['Admin'],
    WRITE_PROJECT_RELEASE: ['Admin'],
  }
  expect(Object.fromEntries(Object.keys(table).map((permission) => [permission, holders(permission)]))).toEqual(table)
  const [admin] = body.data
  expect(await server.call('GET', `/v1/project-roles/${admin?.id}`, { token: owner.token })).toMatchObject({
    status: 200,
    body: { name: 'Admin', type: 'DEFAULT' },
  })
  expect((await server.call('GET', '/v1/project-roles/nothing', { token: owner.token })).status).toBe(404)
})

test('the stored roles are the ones that the code knows', async () => {
  const { DEFAULT_ROLES } = await import('../../access/roles.ts')
  const rows = await server.server.db.selectFrom('project_role').select(['name', 'permissions']).execute()
  const sorted = (permissions: readonly string[]) => [...permissions].sort()
  for (const [name, permissions] of Object.entries(DEFAULT_ROLES)) {
    expect(sorted(rows.find((row) => row.name === name)?.permissions ?? [])).toEqual(sorted(permissions))
  }
})

test('before somebody has signed in, the look and the ways in are those of the platform that is asked for', async () => {
  const second = await server.call<{ platformId: string }>('POST', '/v1/platforms', {
    token: owner.token,
    body: { name: 'Second works' },
  })
  const { platformId } = second.body
  const flagsOf = async (query: object) =>
    (await server.call<Record<string, unknown>>('GET', '/v1/flags', { query: { ...query } })).body
  expect(await flagsOf({ platformId })).toMatchObject({
    PLATFORM_ID: platformId,
    THEME: { websiteName: 'Second works' },
    THIRD_PARTY_AUTH_PROVIDERS_TO_SHOW_MAP: {},
  })
  const first = await flagsOf({})
  expect(first).not.toHaveProperty('PLATFORM_ID')
  expect(first).not.toMatchObject({ THEME: { websiteName: 'Second works' } })
  expect(await flagsOf({ platformId: 'nobody' })).toEqual(first)
})
