import type { FastifyReply } from 'fastify'

/** Tells that a caller has hung up before the answer. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => gone.abort())
  return gone.signal
}
