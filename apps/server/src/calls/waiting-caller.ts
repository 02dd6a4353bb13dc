import type { FastifyReply } from 'fastify'

/** What is known of a caller who waits for an answer. */
export interface WaitingCaller {
  /** Its connection is gone. */
  gone: AbortSignal
  /** Tells, once, that the caller sends nothing more: it has left, or has said all (`nc -N`) and still reads. */
  onSilence(listener: () => void): void
}

/** Given as the reason, because to make one for each call costs more than all the rest. */
const HUNG_UP = new Error('The caller has hung up')

export function waitingCaller({ raw, request }: FastifyReply): WaitingCaller {
  const gone = new AbortController()
  const { socket } = request.raw
  let listener: (() => void) | undefined
  const silent = () => listener?.()
  socket.once('end', silent)
  raw.once('close', () => {
    socket.off('end', silent)
    if (!raw.writableFinished) gone.abort(HUNG_UP)
  })
  return {
    gone: gone.signal,
    onSilence(given) {
      listener = given
      if (socket.readableEnded) given()
    },
  }
}
