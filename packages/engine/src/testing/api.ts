import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A stand-in for the API behind the engine: a real HTTP server that keeps store entries and answers as told. */
export interface TestApi {
  url: string
  store: Map<string, unknown>
  connections: Record<string, { status?: string; value: unknown }>
  /** `METHOD path` of every call, with its body. */
  calls: { call: string; body: string; authorization: string | undefined }[]
  /** How many calls are still answered as by a server whose database restarts, each second one by closing. */
  away: { calls: number }
  close(): Promise<void>
}

export async function startTestApi(): Promise<TestApi> {
  const store = new Map<string, unknown>()
  const calls: TestApi['calls'] = []
  const connections: TestApi['connections'] = {}
  const away = { calls: 0 }
  const api = { store, calls, connections, away }
  const server = createServer(async (request, response) => {
    const body = await readBody(request)
    const url = new URL(request.url ?? '/', 'http://api')
    calls.push({ call: `${request.method} ${url.pathname}`, body, authorization: request.headers.authorization })
    if (away.calls > 0) {
      if (away.calls-- % 2 === 0) response.destroy()
      else response.writeHead(503).end()
      return
    }
    const { status, answer } = answerTo(api, request.method ?? 'GET', url, body)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    ...api,
    url: `http://127.0.0.1:${port}/api/`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function answerTo(
  { store, connections }: Pick<TestApi, 'store' | 'connections'>,
  method: string,
  url: URL,
  body: string,
): { status: number; answer: unknown } {
  const path = url.pathname.replace('/api/v1/', '')
  const key = url.searchParams.get('key') ?? ''
  if (path === 'store-entries' && method === 'POST') {
    const entry: { key: string; value: unknown } = JSON.parse(body)
    store.set(entry.key, entry.value)
    return { status: 200, answer: entry }
  }
  if (path === 'store-entries' && method === 'DELETE') return { status: store.delete(key) ? 200 : 404, answer: {} }
  if (path === 'store-entries') {
    return store.has(key)
      ? { status: 200, answer: { key, value: store.get(key) } }
      : { status: 404, answer: 'not found' }
  }
  if (path.startsWith('worker/app-connections/')) {
    const connection = connections[decodeURIComponent(path.slice('worker/app-connections/'.length))]
    return connection === undefined ? { status: 404, answer: {} } : { status: 200, answer: connection }
  }
  if (path === 'worker/project') return { status: 200, answer: { id: 'project-a', externalId: 'outside' } }
  if (path === 'engine/populated-flows')
    return { status: 200, answer: { data: [url.search], next: null, previous: null } }
  if (path === 'step-files') return { status: 200, answer: { url: 'https://flows.example.com/file' } }
  if (path === 'waitpoints') {
    return {
      status: 201,
      answer: { id: 'wp', resumeUrl: 'https://flows.example.com/api/v1/flow-runs/r/waitpoints/wp' },
    }
  }
  return { status: 404, answer: { message: 'Route not found' } }
}
