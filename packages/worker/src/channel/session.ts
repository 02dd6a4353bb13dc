import { z } from 'zod'

/** The half of a WebSocket that a session needs. */
export interface Socket {
  send(text: string): void
  /** Ends it at once; a new one may take its place. */
  terminate(): void
}

/**
 * An exchange of messages that outlives its sockets: each message arrives once and in order, as long as both ends
 * come together again in time. What has not been acknowledged is sent again over the next socket.
 */
export interface Session {
  /** Number of the last message that arrived. */
  readonly received: number
  readonly attached: boolean
  /** Bytes that the other end has not acknowledged. */
  readonly pendingBytes: number
  /** @returns false for a message that is too large: nothing is sent of it. */
  send(message: unknown): boolean
  /** Goes on over a new socket. @param peerReceived what has arrived at the other end. */
  attach(socket: Socket, peerReceived: number): void
  /** The socket is gone. */
  detach(socket: Socket): void
  /** Takes a frame of the current socket. @throws Error when the other end does not keep to the rules. */
  accept(text: string): void
}

const Frame = z.union([
  z.object({ n: z.number().int().positive(), m: z.unknown() }),
  z.object({ ack: z.number().int().nonnegative() }),
])

const ACK_EVERY = 32
const ACK_AFTER_MS = 50

/**
 * @param onMessage gets the messages of the other end, not yet checked.
 * @param maxBytes of one message that is sent: a larger one would end every socket that it is sent over.
 */
export function createSession(onMessage: (message: unknown) => void, maxBytes: number): Session {
  let socket: Socket | undefined
  const outbox: { n: number; text: string }[] = []
  let pendingBytes = 0
  let sent = 0
  let received = 0
  let acknowledged = 0
  let timer: NodeJS.Timeout | undefined

  const acknowledge = () => {
    clearTimeout(timer)
    timer = undefined
    if (!socket || acknowledged === received) return
    acknowledged = received
    socket.send(JSON.stringify({ ack: received }))
  }

  const forgetUpTo = (n: number) => {
    const kept = outbox.findIndex((frame) => frame.n > n)
    const gone = outbox.splice(0, kept < 0 ? outbox.length : kept)
    for (const { text } of gone) pendingBytes -= text.length
  }

  return {
    get received() {
      return received
    },
    get attached() {
      return socket !== undefined
    },
    get pendingBytes() {
      return pendingBytes
    },
    send(message) {
      const text = textOf({ n: sent + 1, m: message }, maxBytes)
      if (text === undefined) return false
      sent++
      outbox.push({ n: sent, text })
      pendingBytes += text.length
      socket?.send(text)
      return true
    },
    attach(next, peerReceived) {
      const previous = socket
      socket = next
      previous?.terminate()
      acknowledged = received
      forgetUpTo(peerReceived)
      for (const { text } of outbox) next.send(text)
    },
    detach(gone) {
      if (socket === gone) socket = undefined
    },
    accept(text) {
      const frame = Frame.parse(JSON.parse(text))
      if ('ack' in frame) {
        forgetUpTo(frame.ack)
        return
      }
      if (frame.n <= received) return
      if (frame.n !== received + 1) throw new Error(`Message ${frame.n} came after ${received}`)
      received = frame.n
      if (received - acknowledged >= ACK_EVERY) acknowledge()
      else timer ??= setTimeout(acknowledge, ACK_AFTER_MS)
      onMessage(frame.m)
    },
  }
}

/** A character of text takes three bytes at most: most texts need no count. */
const BYTES_OF_CHARACTER = 3

function textOf(frame: { n: number; m: unknown }, maxBytes: number): string | undefined {
  try {
    const text = JSON.stringify(frame)
    return text.length * BYTES_OF_CHARACTER <= maxBytes || Buffer.byteLength(text) <= maxBytes ? text : undefined
  } catch (error) {
    // Longer than any text can be.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
