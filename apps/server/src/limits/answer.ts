import { AppError } from '@piecework/model/errors'
import type { FastifyReply } from 'fastify'
import type { Allowance } from './rate-limits.ts'

/** Tells a caller what is left. @throws AppError RATE_LIMITED */
export function answerWith(reply: FastifyReply, { allowed, limit, remaining, resetAt }: Allowance): void {
  reply.header('x-ratelimit-limit', limit)
  reply.header('x-ratelimit-remaining', remaining)
  reply.header('x-ratelimit-reset', Math.ceil(resetAt / 1000))
  if (allowed) return
  const seconds = Math.max(1, Math.ceil((resetAt - Date.now()) / 1000))
  reply.header('retry-after', seconds)
  throw new AppError('RATE_LIMITED', {
    message: `too many requests: try again in ${seconds} seconds`,
    ...{ limit, retry_after: seconds },
  })
}
