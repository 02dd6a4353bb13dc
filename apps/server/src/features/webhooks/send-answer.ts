import { AppError } from '@piecework/model/errors'
import type { FastifyReply } from 'fastify'
import type { WebhookAnswer } from './service.ts'

/** Sends what a flow answered. */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: WebhookAnswer): FastifyReply {
  if (status < 200 || status > 599)
    throw new AppError('INVALID_REQUEST', {
      message: `The flow answered with ${status}, which is not an HTTP status between 200 and 599.`,
    })
  for (const [name, value] of Object.entries(headers)) reply.header(name, value)
  reply.code(status)
  if (status === 204 || status === 304 || body === undefined) return reply.send()
  if (typeof body === 'string') return reply.send(body)
  if (!reply.hasHeader('content-type')) reply.header('content-type', 'application/json; charset=utf-8')
  return reply.send(JSON.stringify(body))
}
