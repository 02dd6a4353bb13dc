import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { addMember } from '../../testing/members.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  call = graphClient(server, await projectKey(server, owner))
})
afterAll(() => server[Symbol.asyncDispose]())

describe('keys of projects', () => {
  test('are shown once, named, and known by their last letters', async () => {
    const { token, projectId } = owner
    const body = { projectId, displayName: 'Shop', scopes: ['read'] }
    const made = await server.call<{ id: string; value: string }>('POST', '/v1/project-keys', { token, body })
    expect(made).toMatchObject({ status: 201, body: { displayName: 'Shop', scopes: ['read'], lastUsedAt: null } })
    expect(made.body.value).toMatch(/^pk-\w{40,}$/)
    const list = async () =>
      (await server.call<{ data: { id: string }[] }>('GET', '/v1/project-keys', { token, query: { projectId } })).body
        .data
    const [listed] = await list()
    expect(listed).toMatchObject({ id: made.body.id, truncatedValue: made.body.value.slice(-4) })
    expect(JSON.stringify(listed)).not.toContain(made.body.value)
    expect((await call('GET', '/workflows', { key: made.body.value })).status).toBe(200)
    expect((await list())[0]).toMatchObject({ lastUsedAt: expect.any(String) })
    expect((await server.call('DELETE', `/v1/project-keys/${made.body.id}`, { token })).status).toBe(204)
    expect(await call('GET', '/workflows', { key: made.body.value })).toMatchObject({
      status: 401,
      error: { code: 'UNAUTHORIZED' },
    })
  })

  test('are a hundred at most, which is refused as for other keys', async () => {
    const { body: project } = await server.call<{ id: string }>('POST', '/v1/projects', {
      ...{ token: owner.token, body: { displayName: 'Keys' } },
    })
    const make = () => projectKey(server, { ...owner, projectId: project.id })
    for (let made = 0; made < 100; made += 1) await make()
    const body = { projectId: project.id, displayName: 'one more' }
    const refused = await server.call('POST', '/v1/project-keys', { token: owner.token, body })
    expect(refused).toMatchObject({ status: 409, body: { code: 'VALIDATION' } })
  })

  test('open the graph API alone, and their own project alone', async () => {
    const key = await projectKey(server, owner)
    const refused = await server.call('GET', '/v1/flows', { token: key, query: { projectId: owner.projectId } })
    expect(refused).toMatchObject({ status: 403, body: { code: 'AUTHORIZATION' } })
    const own = { token: owner.token, body: { projectId: owner.projectId, displayName: 'x' } }
    expect((await server.call('POST', '/v1/project-keys', { ...own, token: key })).status).toBe(403)
    const other = await server.call<{ id: string }>('POST', '/v1/projects', {
      token: owner.token,
      body: { displayName: 'Other' },
    })
    expect(await call('GET', '/workflows', { headers: { 'x-project-id': other.body.id } })).toMatchObject({
      status: 403,
      error: { code: 'FORBIDDEN' },
    })
    const theirs = graphClient(server, await projectKey(server, { ...owner, projectId: other.body.id }))
    const made = await theirs<{ id: string }>('POST', '/workflows', { body: { name: 'Theirs' } })
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/execute'],
      ['GET', '/executions'],
    ] as const)
      expect(
        await call(
          method,
          `/workflows/${made.data.id}${path}`,
          method === 'PATCH' || method === 'POST' ? { body: {} } : {},
        ),
      ).toMatchObject({
        status: 404,
        error: { code: 'NOT_FOUND' },
      })
  })

  test('are for who manages the project', async () => {
    const token = await addMember(server, owner, 'Editor')
    const body = { projectId: owner.projectId, displayName: 'x' }
    expect((await server.call('POST', '/v1/project-keys', { token, body })).status).toBe(403)
  })

  test('with the scope read change nothing', async () => {
    const key = await projectKey(server, owner, ['read'])
    expect((await call('GET', '/workflows', { key })).status).toBe(200)
    expect(await call('POST', '/workflows', { key, body: { name: 'x' } })).toMatchObject({
      status: 403,
      error: { code: 'FORBIDDEN' },
    })
  })
})

test('a key of the platform names its project', async () => {
  const made = await server.call<{ value: string }>('POST', '/v1/api-keys', {
    token: owner.token,
    body: { displayName: 'x' },
  })
  const key = made.body.value
  expect(await call('GET', '/workflows', { key })).toMatchObject({
    status: 400,
    error: { code: 'VALIDATION_ERROR', details: { fields: { 'X-Project-Id': expect.any(String) } } },
  })
  expect((await call('GET', '/workflows', { key, headers: { 'x-project-id': owner.projectId } })).status).toBe(200)
  expect((await call('GET', '/workflows', { key, headers: { 'x-project-id': 'nowhere' } })).status).toBe(404)
})

describe('every answer has the envelope:', () => {
  const json = { 'content-type': 'application/json' }
  test.each([
    ['no key', 'GET', '/workflows', { key: '' }, 401, 'UNAUTHORIZED'],
    ['a key that is none', 'GET', '/workflows', { key: 'pk-nonsense' }, 401, 'UNAUTHORIZED'],
    ['an unknown route', 'GET', '/nothing/here', {}, 404, 'NOT_FOUND'],
    ['an unknown route without a key', 'POST', '/nothing', { key: '', body: {} }, 404, 'NOT_FOUND'],
    ['a method that a route does not have', 'PUT', '/workflows', { body: {} }, 404, 'NOT_FOUND'],
    ['an unknown workflow', 'GET', '/workflows/nowhere', {}, 404, 'NOT_FOUND'],
    ['an unknown execution', 'GET', '/executions/nowhere', {}, 404, 'NOT_FOUND'],
    ['malformed JSON', 'POST', '/workflows', { body: '{"name": ', headers: json }, 400, 'VALIDATION_ERROR'],
    [
      'a body of another kind',
      'POST',
      '/workflows',
      { body: 'x', headers: { 'content-type': 'text/csv' } },
      400,
      'VALIDATION_ERROR',
    ],
    ['no body', 'POST', '/workflows', {}, 400, 'VALIDATION_ERROR'],
    ['a broken address', 'GET', '/workflows/%E0%A4%A', {}, 400, 'VALIDATION_ERROR'],
    ['a cursor that is none', 'GET', '/workflows?cursor=x', {}, 400, 'VALIDATION_ERROR'],
  ] as const)('%s', async (_, method, path, options, status, code) => {
    // A broken address is refused before anybody counts.
    const isCounted = !path.includes('%')
    const answer = isCounted
      ? await call(method, path, options)
      : await fetch(`${server.origin}/v1${path}`).then(async (response) => ({
          status: response.status,
          ...((await response.json()) as object),
        }))
    expect(answer).toMatchObject({ status, success: false, error: { code, message: expect.any(String) } })
  })

  test('details name the fields', async () => {
    const wrong = await call('POST', '/workflows', { body: { name: '', nodes: [{ id: 'a', type: 'magic' }] } })
    expect(wrong.error.details.fields).toEqual({ name: expect.any(String), 'nodes.0.type': expect.any(String) })
    const page = await call('GET', '/workflows?limit=101&page=0')
    expect(page.error.details.fields).toEqual({ limit: expect.any(String), page: expect.any(String) })
  })
})

test('the reference is an OpenAPI 3.1 document, and a page', async () => {
  const document = (await (await fetch(`${server.origin}/v1/openapi.json`)).json()) as Record<string, object>
  expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/v1' }] })
  expect(Object.keys(document.paths ?? {})).toEqual(
    expect.arrayContaining(['/workflows/{id}/execute', '/executions/{id}']),
  )
  const page = await fetch(`${server.origin}/v1/docs/`)
  expect(page.headers.get('content-type')).toMatch('text/html')
  expect(await page.text()).toContain('/v1/openapi.json')
})
