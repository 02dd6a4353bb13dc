import { once } from 'node:events'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { temporaryFolder } from '../testing.ts'
import { startRemoteWorker } from './client.ts'

test.each(['hello', '{"kind":"good day"}', '[]'])(
  'a greeting that is none (%s) is refused, and the worker tries again',
  async (greeting) => {
    await using folder = await temporaryFolder()
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
    let connections = 0
    server.on('connection', (socket) => {
      connections++
      socket.send(greeting)
    })
    const address = server.address()
    const errors: string[] = []
    const worker = startRemoteWorker({
      url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
      ...{ token: 'token', workerId: 'worker', concurrency: 1, group: null },
      ...{ cacheFolder: folder.path, cacheLimitBytes: 1024 ** 3 },
      log: { info() {}, warn() {}, error: (_, message) => errors.push(message) },
    })
    await expect.poll(() => connections, { timeout: 60_000 }).toBeGreaterThan(1)
    expect(errors[0]).toMatch(/its greeting cannot be read/)
    await worker.stop(0)
    for (const client of server.clients) client.terminate()
    await new Promise((done) => server.close(done))
  },
)
