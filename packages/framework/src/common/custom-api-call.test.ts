import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PieceAuth } from '../property/auth.ts'
import { Property } from '../property/property.ts'
import { createMockActionContext, createMockTriggerContext } from '../testing.ts'
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

  it('sends what was entered as raw text, as what it is, and the bodies of older steps', async () => {
    const sent = async (propsValue: Record<string, unknown>) => {
      const result = await action.run(call({ url: { url: 'things' }, method: 'POST', ...propsValue }))
      const { body } = result as { body: { body: string; headers: Record<string, string> } }
      return [body.headers['content-type'], body.body]
    }
    expect(await sent({ body_type: 'raw', body: { data: '{"a": 1}' } })).toEqual(['application/json', '{"a": 1}'])
    expect(await sent({ body_type: 'raw', body: { data: 'hello' } })).toEqual(['text/plain', 'hello'])
    expect(await sent({ body: { old: true } })).toEqual(['application/json', '{"old":true}'])
    expect(await sent({ body_type: 'none', body: { data: 'x' } })).toEqual([undefined, ''])
    const file = { filename: 'a.txt', data: Buffer.from('content') }
    const fields = [
      { fieldName: 'name', fieldType: 'text', textFieldValue: 'Ada' },
      { fieldName: 'file', fieldType: 'file', fileFieldValue: file },
    ]
    const [type, form] = await sent({ body_type: 'form_data', body: { data: fields } })
    expect(type).toMatch(/^multipart\/form-data; boundary=/)
    expect(form).toMatch(/name="name"\r\n\r\nAda[\s\S]*filename="a.txt"[\s\S]*content/)
  })

  it('lets the author override what the connection puts into the query, and the mapping see every property', async () => {
    const mapped = createCustomApiCallAction({
      baseUrl: () => base,
      authMapping: async (_, propsValue) => ({ tenant: propsValue.tenant, key: 'connection' }),
      authLocation: 'queryParams',
      extraProps: { tenant: Property.ShortText({ displayName: 'Tenant', required: true }) },
    })
    const context = createMockActionContext({
      propsValue: { method: 'GET', url: { url: 'a' }, headers: {}, queryParams: { key: 'mine' }, tenant: 't1' },
    })
    expect(await mapped.run(context)).toMatchObject({ body: { url: '/v1/a?tenant=t1&key=mine' } })
    expect([mapped.requireAuth, action.requireAuth]).toEqual([false, true])
  })

  it('takes what a piece says differently of its properties', async () => {
    const named = createCustomApiCallAction({
      auth,
      baseUrl: (auth) => `https://${auth?.secret_text}.example.com`,
      name: 'any',
      displayName: 'Any',
      description: 'Anything',
      props: {
        url: { displayName: 'Path' },
        method: { defaultValue: 'PUT' },
        headers: { required: false },
        body: { description: 'As in the manual' },
        failsafe: { defaultValue: true },
        timeout: { defaultValue: 9 },
      },
    })
    expect(named).toMatchObject({ name: 'any', displayName: 'Any', description: 'Anything' })
    expect(named.props).toMatchObject({
      method: { defaultValue: 'PUT' },
      headers: { required: false },
      failsafe: { defaultValue: true },
      timeout: { defaultValue: 9 },
      followRedirects: { defaultValue: false },
      body_type: { defaultValue: 'none' },
    })
    const context = createMockTriggerContext({ propsValue: {} })
    const propsOf = async (property: unknown, values: Record<string, unknown>) => {
      if (typeof property !== 'object' || property === null || !('props' in property)) throw new Error('not dynamic')
      return typeof property.props === 'function' ? property.props(values, context) : undefined
    }
    const connection = { auth: { type: 'SECRET_TEXT', secret_text: 'acme' } }
    expect(await propsOf(named.props.url, connection)).toMatchObject({
      url: { displayName: 'Path', defaultValue: 'https://acme.example.com' },
    })
    expect(await propsOf(named.props.body, { body_type: 'json' })).toMatchObject({
      data: { description: 'As in the manual' },
    })
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
