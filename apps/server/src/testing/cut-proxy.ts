import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a server over TCP that can be cut at the worst of moments. */
export interface CutProxy extends AsyncDisposable {
  port: number
  /** The next answer to a text like this does not arrive: what was asked is done, and the connection is gone. */
  swallowAnswerTo(text: string): void
}

export async function startCutProxy(host: string, port: number): Promise<CutProxy> {
  const sockets = new Set<Socket>()
  let wanted: string | undefined
  const proxy = createServer((client) => {
    const server = connect(port, host)
    let swallows = false
    for (const socket of [client, server]) {
      sockets.add(socket)
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
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    port: address.port,
    swallowAnswerTo(text) {
      wanted = text
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
