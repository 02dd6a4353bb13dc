import type { FastifyReply } from 'fastify'

/** A caller who waits for an answer. */
export interface WaitingCaller {
  /** Tells, once, that its connection is gone; at once when it is gone already. */
  onGone(listener: () => void): void
  /** Tells, once, that the caller sends nothing more: it has left, or has said all (`nc -N`) and still reads. */
  onSilence(listener: () => void): void
}

export function waitingCaller({ raw, request }: FastifyReply): WaitingCaller {
  const { socket } = request.raw
  // It may have left while the request was looked at.
  let isGone = raw.destroyed && !raw.writableFinished
  let leave: (() => void) | undefined
  let listener: (() => void) | undefined
  const silent = () => listener?.()
  socket.once('end', silent)
  raw.once('close', () => {
    socket.off('end', silent)
    isGone = !raw.writableFinished
    if (isGone) leave?.()
  })
  return {
    onGone(given) {
      leave = given
      if (isGone) given()
    },
    onSilence(given) {
      listener = given
      if (socket.readableEnded) given()
    },
  }
}
