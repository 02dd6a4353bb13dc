import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection on which a test says what no client would. */
export interface RawSocket {
  socket: Socket
  /** The text that has arrived so far. */
  text(): string
  /** Resolves with all that came, when the other side has closed. */
  closed: Promise<string>
}

/** Connects to the server of an API address and sends the given bytes. */
export async function raw(base: string, bytes: string | Uint8Array = ''): Promise<RawSocket> {
  const { hostname, port } = new URL(base)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  let text = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    text += chunk
  })
  // A server may end a connection with a reset; that is an end, too.
  const failed = new Promise<void>((resolve) => socket.on('error', () => resolve()))
  const ended = Promise.race([once(socket, 'close'), once(socket, 'end'), failed]).then(() => {
    socket.destroy()
    return text
  })
  await Promise.race([once(socket, 'connect'), failed])
  if (bytes.length > 0) socket.write(bytes)
  return { socket, text: () => text, closed: ended }
}

/** The head of a request as it stands on the wire. */
export const head = (line: string, ...headers: string[]): string =>
  `${[line, 'Host: x', ...headers].join('\r\n')}\r\n\r\n`
