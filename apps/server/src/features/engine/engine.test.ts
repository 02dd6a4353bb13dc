import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let engine = ''

beforeAll(async () => {
  server = await startTestServer({ AP_MAX_FILE_SIZE_MB: '1' })
  owner = await signUpOwner(server)
  engine = await server.server.tokens.engine({ id: 'job', projectId: owner.projectId, platformId: owner.platformId })
})
afterAll(() => server[Symbol.asyncDispose]())

describe('the store', () => {
  const put = (key: string, value: unknown, token = engine) =>
    server.call('POST', '/v1/store-entries', { token, body: { key, value } })
  const get = (key: string, token = engine) => server.call('GET', '/v1/store-entries', { token, query: { key } })

  test('keeps any JSON value under its key, in its project', async () => {
    const key = `flow_${newId()}/${'k'.repeat(128)}`
    for (const value of [{ b: [1, null], a: 1 }, 'text', 'a\0b', 0, false, null]) {
      expect((await put(key, value)).status).toBe(200)
      expect(await get(key)).toMatchObject({ status: 200, body: { key, value } })
    }
    await server.call('DELETE', '/v1/store-entries', { token: engine, query: { key } })
    expect((await get(key)).status).toBe(404)
  })

  test('refuses what is too large, too long, or not the engine', async () => {
    expect((await put('large', 'x'.repeat(512 * 1024 - 2))).status).toBe(200)
    expect(await put('large', 'x'.repeat(512 * 1024 - 1))).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE' },
    })
    expect((await put('k'.repeat(1000), 1)).status).toBe(400)
    expect((await put('', 1)).status).toBe(400)
    expect((await put('key', 1, owner.token)).status).toBe(403)
  })
})

describe('step files', () => {
  const upload = (
    bytes: Uint8Array<ArrayBuffer>,
    fields: Record<string, string> = { flowId: newId(), stepName: 'step_1', fileName: 'été "1".html' },
  ) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    form.set('file', new Blob([bytes], { type: 'text/html' }), 'blob')
    return server.call<{ url: string }>('POST', '/v1/step-files', { token: engine, body: form })
  }

  test('are read by anybody who has the link, as a download', async () => {
    const bytes = new TextEncoder().encode('<script>1</script>'.repeat(100))
    const { status, body } = await upload(bytes)
    expect(status).toBe(200)
    const { search } = new URL(body.url)
    const file = await server.call<string>('GET', `/v1/step-files/signed${search}`)
    expect(file.body).toBe('<script>1</script>'.repeat(100))
    expect(file.headers.get('content-disposition')).toContain("filename*=UTF-8''%C3%A9t%C3%A9%20%221%22.html")
    expect(file.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(file.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('a link that was changed, or a token made for something else, opens nothing', async () => {
    const { body } = await upload(new Uint8Array([1]))
    const token = new URL(body.url).searchParams.get('token') ?? ''
    for (const wrong of [`${token}x`, engine, '']) {
      const answer = await server.call('GET', '/v1/step-files/signed', { query: { token: wrong } })
      expect(answer).toMatchObject({ status: 401, body: { code: 'INVALID_BEARER_TOKEN' } })
    }
  })

  test('an author keeps a file for a field of a flow, within the limit of size; nobody else does', async () => {
    const { token, projectId } = owner
    const body = { displayName: 'f', projectId }
    const { id } = (await server.call<{ id: string }>('POST', '/v1/flows', { token, body })).body
    const keep = (flowId: string, size: number, by?: string) => {
      const form = new FormData()
      form.set('file', new Blob([new Uint8Array(size)], { type: 'text/plain' }), 'étés & more.txt')
      return server.call<{ url: string }>('POST', `/v1/flows/${flowId}/files`, { token: by, body: form })
    }
    const kept = await keep(id, 3, token)
    expect(kept.status).toBe(201)
    const { searchParams, search } = new URL(kept.body.url)
    expect(searchParams.get('name')).toBe('étés & more.txt')
    const file = await server.call<string>('GET', `/v1/step-files/signed${search}`)
    expect(file).toMatchObject({ status: 200, body: '\0\0\0' })
    expect(await keep(id, 1024 * 1024 + 1, token)).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } })
    expect(await keep(newId(), 3, token)).toMatchObject({ status: 404 })
    expect(await keep(id, 3)).toMatchObject({ status: 401 })
    expect(await keep(id, 3, engine)).toMatchObject({ status: 403 })
    const empty = await server.call('POST', `/v1/flows/${id}/files`, { token, body: new FormData() })
    expect(empty).toMatchObject({ status: 400, body: { params: { message: 'file: is required' } } })
  })

  test('the limit of size holds', async () => {
    expect((await upload(new Uint8Array(1024 * 1024))).status).toBe(200)
    expect(await upload(new Uint8Array(1024 * 1024 + 1))).toMatchObject({
      status: 413,
      body: { code: 'PAYLOAD_TOO_LARGE' },
    })
    expect(await upload(new Uint8Array(1), { flowId: 'f' })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST' },
    })
  })
})

test('the engine sees the flows and the project of its token', async () => {
  const flow = await server.call<{ id: string; externalId: string; version: { id: string } }>('POST', '/v1/flows', {
    token: owner.token,
    body: { displayName: 'f', projectId: owner.projectId },
  })
  expect((await server.call('GET', '/v1/worker/project', { token: engine })).body).toMatchObject({
    id: owner.projectId,
  })
  const externalIds = `${flow.body.externalId},nothing`
  expect(
    (await server.call('GET', '/v1/engine/populated-flows', { token: engine, query: { externalIds } })).body,
  ).toMatchObject({ data: [{ id: flow.body.id }], next: null })
  expect(
    (await server.call('GET', '/v1/engine/flows', { token: engine, query: { versionId: flow.body.version.id } })).body,
  ).toMatchObject({ flowId: flow.body.id })
  const stranger = await server.server.tokens.engine({ id: 'job', projectId: newId(), platformId: owner.platformId })
  expect((await server.call('GET', '/v1/engine/populated-flows', { token: stranger })).status).toBe(404)
})
