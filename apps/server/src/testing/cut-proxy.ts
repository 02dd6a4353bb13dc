import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a server over TCP that can be cut at the worst of moments. */
export interface CutProxy extends AsyncDisposable {
  port: number
  /** The next answer to a text like this does not arrive: what was asked is done, and the connection is gone. */
  swallowAnswerTo(text: string): void
  /** The server hangs: connections stay and are taken, and nothing comes of them, until it goes on. */
  hang(): void
  goOn(): void
}

export async function startCutProxy(host: string, port: number): Promise<CutProxy> {
  const sockets = new Set<Socket>()
  let wanted: string | undefined
  let hangs = false
  const proxy = createServer((client) => {
    const server = connect(port, host)
    let swallows = false
    for (const socket of [client, server]) {
      sockets.add(socket)
      if (hangs) socket.pause()
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.on('data', (question) => {
      if (wanted !== undefined && question.includes(wanted)) {
        wanted = undefined
        swallows = true
      }
      server.write(question)
    })
    server.on('data', (answer) => {
      if (swallows) client.destroy()
      else client.write(answer)
    })
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')
  return {
    port: address.port,
    swallowAnswerTo(text) {
      wanted = text
    },
    hang() {
      hangs = true
      for (const socket of sockets) socket.pause()
    },
    goOn() {
      hangs = false
      for (const socket of sockets) socket.resume()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
