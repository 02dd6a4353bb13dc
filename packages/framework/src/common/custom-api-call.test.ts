import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PieceAuth } from '../property/auth.ts'
import { createMockActionContext } from '../testing.ts'
import { createCustomApiCallAction } from './custom-api-call.ts'

let server: Server
let base: string
beforeAll(async () => {
  server = createServer((request, response) => {
    const { method, url, headers } = request
    if (url === '/v1/fail') return void response.writeHead(418).end('"teapot"')
    if (url === '/v1/picture') return void response.writeHead(200, { 'content-type': 'image/png' }).end('bytes')
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () =>
      response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() })),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const auth = PieceAuth.SecretText({ displayName: 'Key', required: true })
const action = createCustomApiCallAction({
  auth,
  baseUrl: () => base,
  authMapping: async (auth) => ({ 'x-key': auth.secret_text }),
})
const call = (propsValue: Record<string, unknown>) =>
  createMockActionContext({
    propsValue: { method: 'GET', headers: {}, queryParams: {}, ...propsValue },
    auth: { type: 'SECRET_TEXT', secret_text: 's3cret' },
  })

describe('a custom API call', () => {
  it('joins the path to the base URL and adds the connection', async () => {
    const result = await action.run(
      call({
        url: { url: '/things' },
        method: 'POST',
        queryParams: { q: '1' },
        body_type: 'json',
        body: { data: { a: 1 } },
      }),
    )
    expect(result).toMatchObject({
      status: 200,
      body: { method: 'POST', url: '/v1/things?q=1', headers: { 'x-key': 's3cret' }, body: '{"a":1}' },
    })
  })

  it('takes a full URL as it is', async () => {
    expect(await action.run(call({ url: { url: `${base}/full` } }))).toMatchObject({ body: { url: '/v1/full' } })
  })

  it('puts the connection into the query alone when told so', async () => {
    const inQuery = createCustomApiCallAction({
      auth,
      baseUrl: () => base,
      authMapping: async (auth) => ({ key: auth.secret_text }),
      authLocation: 'queryParams',
    })
    const result = await inQuery.run(call({ url: { url: 'things' } }))
    expect(result).toMatchObject({ body: { url: '/v1/things?key=s3cret' } })
    expect(JSON.stringify(result)).not.toContain('"key":"s3cret"')
  })

  it('fails with the status, or returns the error when told not to fail', async () => {
    await expect(action.run(call({ url: { url: 'fail' } }))).rejects.toThrow('418')
    expect(await action.run(call({ url: { url: 'fail' }, failsafe: true }))).toEqual({
      response: { status: 418, body: 'teapot' },
      request: { body: undefined },
    })
  })

  it('stores a binary answer as a file', async () => {
    const context = call({ url: { url: 'picture' }, response_is_binary: true })
    const result = await action.run(context)
    const [[url, file] = []] = context.recorded.files
    expect(result).toMatchObject({ status: 200, body: url })
    expect(file).toMatchObject({ fileName: 'output.png', data: Buffer.from('bytes') })
  })
})
