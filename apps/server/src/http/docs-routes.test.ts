import { endpoints } from '@piecework/api/index'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

interface OpenApi {
  openapi: string
  paths: Record<
    string,
    Record<string, { operationId: string; parameters?: { name: string; in: string }[]; 'x-permission'?: string }>
  >
  components: { schemas: Record<string, unknown> }
}

test('the OpenAPI document describes the routes, and every reference in it leads somewhere', async () => {
  const { body } = await server.call<OpenApi>('GET', '/v1/openapi.json')
  expect(body.openapi).toBe('3.1.0')
  expect(body.paths['/v1/flows']?.post).toMatchObject({ 'x-permission': 'WRITE_FLOW', requestBody: { required: true } })
  expect(body.paths['/v1/flows/{id}']?.get?.parameters).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'id', in: 'path', required: true }),
      expect.objectContaining({ name: 'versionId', in: 'query', required: false }),
    ]),
  )
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = '']) => reference)
  expect(references.length).toBeGreaterThan(10)
  const dangling = references.filter(
    (reference) => !(reference.replace('#/components/schemas/', '') in body.components.schemas),
  )
  expect(dangling).toEqual([])
})

test('the document has every operation of the contract, and names the permission of each flow operation', async () => {
  const { body } = await server.call<OpenApi>('GET', '/v1/openapi.json')
  const operations = Object.values(body.paths).flatMap((item) => Object.values(item))
  const ids = operations.map(({ operationId }) => operationId)
  expect(ids.sort()).toEqual(endpoints.map(({ operationId }) => operationId).sort())
  expect(body.paths['/v1/flows/{id}']?.post).toMatchObject({
    'x-permission': 'READ_FLOW',
    'x-permission-by': { type: { ADD_ACTION: 'WRITE_FLOW', LOCK_AND_PUBLISH: 'UPDATE_FLOW_STATUS' } },
    responses: { 409: { description: expect.stringContaining('FLOW_IN_USE') } },
  })
})

test('what recurs is a component with a name, and what an answer always holds is required there', async () => {
  const { body } = await server.call<OpenApi>('GET', '/v1/openapi.json')
  const { FlowRun, Trigger } = body.components.schemas
  expect(FlowRun).toMatchObject({ required: expect.arrayContaining(['id', 'status']) })
  expect(JSON.stringify(Trigger)).toContain('"#/components/schemas/Action"')
  expect(Object.keys(body.components.schemas).filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([])
})

test('the page at /docs needs nothing from elsewhere', async () => {
  const origin = server.origin
  const page = await fetch(`${origin}/docs`)
  expect(page.headers.get('content-type')).toContain('text/html')
  const html = await page.text()
  const scripts = [...html.matchAll(/src="([^"]+)"/g)].map(([, src = '']) => new URL(src, page.url))
  expect(scripts).toHaveLength(1)
  for (const script of scripts) {
    expect(script.origin).toBe(origin)
    const answer = await fetch(script)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('javascript')
  }
})

test('the flags and the health need no token', async () => {
  expect((await server.call('GET', '/v1/health')).body).toEqual({ status: 'Healthy' })
  expect((await server.call('GET', '/v1/flags')).body).toMatchObject({
    USER_CREATED: false,
    WEBHOOK_TIMEOUT_SECONDS: 30,
  })
})
