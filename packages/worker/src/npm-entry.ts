import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'

/**
 * Starts npm in a sandbox that has no network: the address of the egress proxy is listened at here, and every
 * connection is handed on to the socket of the proxy. Nothing else of ours is there, so this imports nothing.
 */

const [socketPath = '', port = '', npm = ''] = process.argv.splice(2, 3)
const forwarder = createServer((client) => {
  pipeline(client, connect(socketPath), client, () => {})
})
forwarder.unref()
await new Promise<void>((resolve, reject) => {
  forwarder.once('error', reject)
  forwarder.listen(Number(port), '127.0.0.1', resolve)
})
process.argv[1] = npm
await import(npm)
