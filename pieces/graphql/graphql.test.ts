import { afterAll, beforeAll, expect, it } from 'vitest'
import { runAction } from '../common/run-action.ts'
import { readBody, startTestProxy, startTestServer, type TestServer } from '../common/test-server.ts'
import { graphql } from './index.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer(async (request, response) => {
    const { query, variables } = JSON.parse(await readBody(request))
    if (query === 'slow') return
    if (query === 'broken') return void response.writeHead(400).end('{"errors":[{"message":"Syntax"}]}')
    response.end(JSON.stringify({ data: { query, variables, url: request.url, key: request.headers['x-key'] } }))
  })
})
afterAll(() => server.close())

const send = (values: object) =>
  runAction(graphql, 'send_request', { method: 'POST', url: server.url, queryParams: {}, headers: {}, ...values })

it('sends the query with its variables', async () => {
  const values = { query: '{ me }', variables: { a: 1 }, headers: { 'x-key': 'k' }, queryParams: { v: 2 } }
  expect(await send(values)).toMatchObject({
    status: 200,
    body: { data: { query: '{ me }', variables: { a: 1 }, url: '/?v=2', key: 'k' } },
  })
})

it('fails, or returns the error when told not to fail', async () => {
  await expect(send({ query: 'broken' })).rejects.toThrow('"status":400')
  expect(await send({ query: 'broken', failsafe: true })).toMatchObject({
    response: { status: 400, body: { errors: [{ message: 'Syntax' }] } },
  })
  await expect(send({ query: '{ me }', url: 'nowhere' })).rejects.toThrow('Not a URL')
})

it('answers with the body alone through a proxy', async () => {
  const proxy = await startTestProxy()
  const proxy_settings = { proxy_host: '127.0.0.1', proxy_port: proxy.port }
  expect(await send({ query: '{ me }', use_proxy: true, proxy_settings })).toMatchObject({ data: { query: '{ me }' } })
  expect(proxy.tunnels).toEqual([server.url.slice(7)])
  await proxy.close()
  await expect(send({ query: '{ me }', use_proxy: true, proxy_settings: {} })).rejects.toThrow('host and a port')
})

it('gives up after the time limit, which failsafe makes an output as well', async () => {
  await expect(send({ query: 'slow', timeout: 0.05 })).rejects.toThrow('No answer within 50 ms')
  expect(await send({ query: 'slow', timeout: 0.05, failsafe: true })).toMatchObject({
    response: { status: 500, body: 'No answer within 50 ms' },
  })
})

it('sends the query with every method that it offers', async () => {
  for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
    expect(await send({ query: '{ me }', method }), method).toMatchObject({ body: { data: { query: '{ me }' } } })
  }
})
