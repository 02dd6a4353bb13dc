import { validateHeaderName, validateHeaderValue } from 'node:http'
import { AppError } from '@piecework/model/errors'
import type { FastifyReply } from 'fastify'
import { jsonOfValue } from './json-text.ts'

export interface WebhookAnswer {
  status: number
  headers: Record<string, string>
  body: unknown
}

/**
 * Answers of flows come from the same origin as forms, chats and the hand-over of OAuth2 codes. The sandbox gives such
 * a page an origin of its own: it may do what pages do, and reaches nothing of ours.
 */
const POLICY = [
  'sandbox',
  'allow-downloads',
  'allow-forms',
  'allow-modals',
  'allow-popups',
  'allow-popups-to-escape-sandbox',
  'allow-scripts',
  'allow-top-navigation-by-user-activation',
].join(' ')

/** Headers of the connection are the server's business, and a wrong one breaks the answer; others act on the whole origin. */
const NOT_FOR_FLOWS: ReadonlySet<string> = new Set([
  // They belong to the connection.
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // They affect the whole origin: browsers keep them for all pages, or trust all pages more.
  'access-control-allow-credentials',
  'alt-svc',
  'clear-site-data',
  'content-security-policy',
  'content-security-policy-report-only',
  'critical-ch',
  'accept-ch',
  'document-policy',
  'expect-ct',
  'feature-policy',
  'nel',
  'origin-agent-cluster',
  'permissions-policy',
  'public-key-pins',
  'public-key-pins-report-only',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'set-login',
  'sourcemap',
  'speculation-rules',
  'strict-transport-security',
  'use-as-dictionary',
  'x-content-type-options',
  'x-permitted-cross-domain-policies',
  // They make a reverse proxy send a file of its own instead.
  'x-lighttpd-send-file',
  'x-reproxy-url',
  'x-sendfile',
])

/** Sends what a flow answered. Headers that HTTP cannot carry, or flows may not set, are left out. */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: WebhookAnswer): FastifyReply {
  if (status < 200 || status > 599)
    throw new AppError('INVALID_REQUEST', {
      message: `The flow answered with ${status}, which is not an HTTP status between 200 and 599.`,
    })
  if (reply.request.headers['service-worker'] !== undefined)
    throw new AppError('INVALID_REQUEST', { message: 'The answer of a flow cannot be a service worker.' })
  for (const [name, value] of Object.entries(headers)) if (isSendable(name, value)) reply.header(name, value)
  reply.code(status).header('content-security-policy', POLICY)
  if (status === 204 || status === 304 || body === undefined) return reply.send()
  if (typeof body === 'string') {
    // The answer is UTF-8, which browsers do not assume of text without a charset.
    const type = String(reply.getHeader('content-type') ?? '')
    if (/^text\/[^;]+$/i.test(type.trim())) reply.header('content-type', `${type.trim()}; charset=utf-8`)
    return reply.send(body)
  }
  if (!reply.hasHeader('content-type')) reply.header('content-type', 'application/json; charset=utf-8')
  return reply.send(jsonOfValue(body))
}

function isSendable(name: string, value: string): boolean {
  const lower = name.toLowerCase()
  if (NOT_FOR_FLOWS.has(lower) || lower.startsWith('x-accel-')) return false
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
