import type { FastifyReply } from 'fastify'
import type { Principal } from '../access/principal.ts'
import { answerWith } from '../limits/answer.ts'
import { type Counters, createRateLimits } from '../limits/rate-limits.ts'

/** The bound on the requests of one caller to the whole API. */
export interface ApiLimits {
  /**
   * Counts a request, in memory, and tells the caller what is left. Flows and workers of this server are not counted.
   * @throws AppError RATE_LIMITED
   */
  take(principal: Principal, reply: FastifyReply): Promise<void>
}

export function createApiLimits(counters: Counters, { max, windowMs }: { max: number; windowMs: number }): ApiLimits {
  const limits = createRateLimits(counters)
  return {
    async take(principal, reply) {
      if (principal.type === 'ENGINE' || principal.type === 'WORKER') return
      answerWith(reply, await limits.take(`api:${callerName(principal)}`, [{ limit: max, lengthMs: windowMs }]))
    },
  }
}

/** By which requests are counted: each token of a person by itself, their sessions together. */
export function callerName(principal: Principal): string {
  const tokenId = principal.type === 'USER' ? principal.limits?.tokenId : undefined
  return tokenId === undefined ? `${principal.type}:${principal.id}` : `TOKEN:${tokenId}`
}
