import { createServer, Socket } from 'node:net'
import { pipeline } from 'node:stream'

// Captured before the guard replaces sockets.
const { connect } = Socket.prototype

/**
 * Listens at the address of the egress proxy in a sandbox that has only its own loopback, and forwards every connection
 * to the proxy's socket.
 */
export function startForwarder(address: URL, socketPath: string): Promise<void> {
  const server = createServer((client) => {
    const proxy = new Socket()
    pipeline(client, proxy, client, () => {})
    Reflect.apply(connect, proxy, [{ path: socketPath }])
  })
  server.unref()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(Number(address.port), address.hostname, resolve)
  })
}
