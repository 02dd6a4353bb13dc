import type { FastifyReply, FastifyRequest } from 'fastify'
import { isGraphUrl } from './envelope.ts'

/** The door of the graph API, for requests that come to none of its routes. */
export interface GraphCalls {
  /** Counts a request, and tells its caller what is left. @throws AppError RATE_LIMITED */
  count: ((request: FastifyRequest, reply: FastifyReply) => Promise<void>) | null
}

/**
 * Counts a request that has no route: its method is one that no route has, or its address cannot be read.
 * @param answer gets the refusal of the limit, or undefined
 */
export function countRouteless(
  { count }: GraphCalls,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: (refusal: unknown) => void,
): void {
  if (count && isGraphUrl(request.url)) count(request, reply).then(() => answer(undefined), answer)
  else answer(undefined)
}
