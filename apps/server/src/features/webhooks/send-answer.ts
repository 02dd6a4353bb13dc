import { validateHeaderName, validateHeaderValue } from 'node:http'
import { AppError } from '@piecework/model/errors'
import type { FastifyReply } from 'fastify'
import type { WebhookAnswer } from './answer.ts'

/** Headers of the connection: they are the server's business, and a wrong one breaks the answer. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Sends what a flow answered. Headers that HTTP cannot carry are left out: the caller still gets the answer. */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: WebhookAnswer): FastifyReply {
  if (status < 200 || status > 599)
    throw new AppError('INVALID_REQUEST', {
      message: `The flow answered with ${status}, which is not an HTTP status between 200 and 599.`,
    })
  for (const [name, value] of Object.entries(headers)) if (isSendable(name, value)) reply.header(name, value)
  reply.code(status)
  if (status === 204 || status === 304 || body === undefined) return reply.send()
  if (typeof body === 'string') return reply.send(body)
  if (!reply.hasHeader('content-type')) reply.header('content-type', 'application/json; charset=utf-8')
  return reply.send(JSON.stringify(body))
}

function isSendable(name: string, value: string): boolean {
  if (OF_THE_CONNECTION.has(name.toLowerCase())) return false
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
