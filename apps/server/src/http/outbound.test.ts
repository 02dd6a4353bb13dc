import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOutbound } from './outbound.ts'

let target: Server
let port: number
let seen: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = []

beforeAll(async () => {
  target = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const { method, url, headers } = request
    seen.push({ method, url, headers, body })
    if (url === '/inside') response.writeHead(302, { location: `http://localhost:${port}/secret` }).end()
    else if (url === '/other') response.writeHead(303, { location: `http://127.0.0.3:${port}/end` }).end()
    else if (url === '/keep') response.writeHead(307, { location: '/end' }).end()
    else if (url === '/loop') response.writeHead(302, { location: '/loop' }).end()
    else if (url === '/slow') return
    else if (url === '/large') response.end('x'.repeat(10_000))
    else response.writeHead(201, { 'content-type': 'application/json' }).end('{"ok":true}')
  })
  await new Promise<void>((done) => target.listen(0, '0.0.0.0', done))
  port = (target.address() as AddressInfo).port
})
afterAll(() => {
  target.closeAllConnections()
  return new Promise((done) => target.close(done))
})

/** Signed by itself, for 127.0.0.2 and a hundred years. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzhVLpwsFQantLnFN
HacHB4W+6Fwq6UifXQlM75bDlNihRANCAARyFaXV9TT4b/pG1IZ88nzA4ZywkkqZ
xdq7OIxcHPYrv5dsHO3d0miuVdBYQJF8Ups0n/YBE8WAP/NS3ZWJK4AK
-----END PRIVATE KEY-----`
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUakaE1DRhGK2iFZXdfPc7eC+Oxw8wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4yMCAXDTI2MTEyOTIxNTA0MVoYDzIxMjYxMTA1
MjE1MDQxWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjIwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARyFaXV9TT4b/pG1IZ88nzA4ZywkkqZxdq7OIxcHPYrv5dsHO3d0miu
VdBYQJF8Ups0n/YBE8WAP/NS3ZWJK4AKo1MwUTAdBgNVHQ4EFgQU6T/EVMkfRvtp
CkX2mDrVCtlQJNYwHwYDVR0jBBgwFoAU6T/EVMkfRvtpCkX2mDrVCtlQJNYwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA3QD+eOK3wL7+Fq4LRS2U
HIRgLy9cLV80ryIry9qawXUCIQDSIYc2qzFlIlBOw2SsidhqhgZfKWWmNc7y5c1r
9meFiw==
-----END CERTIFICATE-----`

// 127.0.0.2 and 127.0.0.3 play public hosts.
const outbound = createOutbound({ allowList: ['127.0.0.2', '127.0.0.3'] })
const url = (path: string, host = '127.0.0.2') => `http://${host}:${port}${path}`

describe('requests of the server', () => {
  test.each([
    '127.0.0.1',
    'localhost',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '[::1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
    '169.254.169.254',
  ])('never reach %s, and the error says how to allow it', async (host) => {
    seen = []
    await expect(outbound(url('/secret', host))).rejects.toMatchObject({
      name: 'SSRFBlockedError',
      message: expect.stringContaining('AP_SSRF_ALLOW_LIST'),
    })
    expect(seen).toEqual([])
  })

  test('are not led inside by a redirect', async () => {
    seen = []
    await expect(outbound(url('/inside'))).rejects.toMatchObject({ name: 'SSRFBlockedError' })
    expect(seen.map((request) => request.url)).toEqual(['/inside'])
    expect((await outbound(url('/inside'), { redirect: 'manual' })).status).toBe(302)
  })

  test('follow redirects as browsers do: no credentials for other hosts, bodies only where asked', async () => {
    seen = []
    const request = {
      method: 'POST',
      body: 'payload',
      headers: { Authorization: 'Bearer x', 'content-type': 'text/plain' },
    }
    const answer = await outbound(url('/other'), request)
    expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 201, body: { ok: true } })
    expect(seen[0]?.headers.authorization).toBe('Bearer x')
    expect(seen[1]).toMatchObject({ method: 'GET', url: '/end', body: '' })
    expect(seen[1]?.headers).not.toHaveProperty('authorization')
    expect(seen[1]?.headers).not.toHaveProperty('content-type')
    await outbound(url('/keep'), request)
    expect(seen[3]).toMatchObject({ method: 'POST', body: 'payload', headers: { authorization: 'Bearer x' } })
  })

  test('do not follow a redirect from https to http', async () => {
    seen = []
    await using secure = createSecureServer({ key: KEY, cert: CERTIFICATE }, (_, response) =>
      response.writeHead(307, { location: url('/end') }).end(),
    )
    await new Promise<void>((done) => secure.listen(0, '127.0.0.2', done))
    const from = `https://127.0.0.2:${(secure.address() as AddressInfo).port}/`
    const request = { method: 'POST', body: 'secret', acceptAnyCertificate: true }
    await expect(outbound(from, request)).rejects.toThrow('redirects from https to http')
    expect(seen).toEqual([])
    secure.closeAllConnections()
  })

  test('are bounded in time, size and redirects', async () => {
    await expect(outbound(url('/slow'), { timeoutMs: 200 })).rejects.toThrow('did not answer within 200 ms')
    await expect(outbound(url('/large'), { maxBytes: 9_999 })).rejects.toThrow('larger than 9999 bytes')
    await expect(outbound(url('/loop'))).rejects.toThrow('redirects more than 5 times')
    await expect(outbound('file:///etc/passwd')).rejects.toThrow('Only http and https')
  })

  test('reach what the operator configured, wherever it is', async () => {
    const trusting = createOutbound({ allowList: [], trusted: [url('/registry', '127.0.0.1')] })
    expect((await trusting(url('/registry', '127.0.0.1'))).status).toBe(201)
    await expect(trusting(`http://127.0.0.1:${port + 1}/`)).rejects.toMatchObject({ name: 'SSRFBlockedError' })
    await expect(trusting(url('/inside', '127.0.0.1'))).rejects.toMatchObject({ name: 'SSRFBlockedError' })
  })
})
