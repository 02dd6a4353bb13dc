import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

export interface TestServer {
  /** Without a slash at the end. */
  url: string
  close(): Promise<void>
}

/** A real HTTP server on a free port, for tests. */
export async function startTestServer(listener: RequestListener): Promise<TestServer> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** A real HTTP proxy on a free port, for tests, with the tunnels that were asked of it: where to, and by whom. */
export async function startTestProxy(): Promise<{ port: number; tunnels: string[]; close(): Promise<void> }> {
  const tunnels: string[] = []
  const open: Duplex[] = []
  const proxy = createServer().on('connect', (request, socket) => {
    tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
    const [host, port] = (request.url ?? '').split(':')
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    for (const side of [socket, upstream]) {
      side.on('error', () => {})
      open.push(side)
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    tunnels,
    close: () =>
      new Promise((resolve) => {
        proxy.close(() => resolve())
        // Clients keep tunnels for their next request.
        for (const side of open) side.destroy()
      }),
  }
}
