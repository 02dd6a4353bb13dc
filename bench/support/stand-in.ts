import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Stands in for every app on the internet: a proxy that answers all calls itself and lets none out. */
export interface StandIn {
  url: string
  /** `METHOD https://host/path` of each call since the last call of `take`. */
  take(): string[]
  close(): void
}

export async function startStandIn(): Promise<StandIn> {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=stand-in', '-days', '2']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  })
  let calls: string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse, scheme: string): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { url = '/', method } = request
    const full = url.startsWith('http') ? url : `${scheme}://${request.headers.host}${url}`
    calls.push(`${method} ${full}`)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(genericAnswer))
  }
  const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    void answer(request, response, 'https')
  })
  const server = createServer((request, response) => void answer(request, response, 'http'))
  server.on('connect', (_request, socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    tls.emit('connection', socket)
  })
  tls.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = calls
      calls = []
      return taken
    },
    close() {
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Typical fields of the answers of most apps. */
const item = { id: '1', name: 'name', title: 'title', key: 'key', email: 'a@example.com', url: 'https://example.com' }
const genericAnswer = {
  ...item,
  ok: true,
  success: true,
  status: 'ok',
  access_token: 'token',
  token: 'token',
  data: [item],
  items: [item],
  results: [item],
  records: [item],
  value: [item],
  total: 1,
}
