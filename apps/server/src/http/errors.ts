import { once } from 'node:events'
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import { AppError, ERROR_STATUS, type ErrorCode } from '@piecework/model/errors'
import { stepAt } from '@piecework/model/flow/step-at'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { UnavailableError } from '../database/availability.ts'
import { isBrokenReference, isUniqueViolation, repeatedColumn } from '../database/open.ts'
import { isOutage } from '../database/outage.ts'
import { wasAborted } from './connections.ts'
import { inEnvelope, isGraphUrl } from './envelope.ts'
import { isUnstorable, unstorableField } from './unstorable.ts'

/** The body of every error. */
export interface ErrorBody {
  statusCode: number
  code: string
  error?: string
  message?: string
  params: Record<string, unknown>
}

/** How many wrong fields an answer names: a list of a hundred thousand wrong items needs no more words than its request. */
const SHOWN_ISSUES = 100

export type RequestPart = 'params' | 'query' | 'body' | 'message'

/** A part of a request that does not fit its schema; answered with 400, naming the fields. */
export class InvalidRequest extends Error {
  readonly issues: readonly ({ path: string; message: string } & Partial<ReturnType<typeof stepAt>>)[]
  /** @param value what did not fit: of a flow, the steps are named */
  constructor(part: RequestPart, error: z.ZodError, value?: unknown) {
    const found = error.issues.slice(0, SHOWN_ISSUES).flatMap(flatten)
    const total = error.issues.length + found.length - Math.min(error.issues.length, SHOWN_ISSUES)
    const issues = found
      .slice(0, SHOWN_ISSUES)
      .map(({ path, message }) => ({ path: [part, ...path].join('/'), message, ...stepAt(value, path) }))
    const texts = issues.map(({ path, message }) => `${path}: ${message}`)
    super([...texts, ...(total > issues.length ? [`and ${total - issues.length} more`] : [])].join('; '))
    this.name = 'InvalidRequest'
    this.issues = issues
  }
}

interface Issue {
  path: PropertyKey[]
  message: string
}

/** When no member of a union matches, the complaints of the nearest member help most. */
function flatten(issue: z.core.$ZodIssue): Issue[] {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = issue.errors.reduce((best, next) => (depth(next) > depth(best) ? next : best))
    return nearest.flatMap(flatten).map((inner) => ({ path: [...issue.path, ...inner.path], message: inner.message }))
  }
  return [{ path: issue.path, message: issue.message }]
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length))
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = { 413: 'PAYLOAD_TOO_LARGE', 429: 'RATE_LIMITED' }

/**
 * The answer to an error; null when it is not the client's fault, and must be logged and hidden.
 * @param request names the field of a value that cannot be stored
 */
export function describeError(error: unknown, request?: FastifyRequest): ErrorBody | null {
  if (error instanceof AppError) {
    if (error.statusCode >= 500 && error.code !== 'SERVICE_UNAVAILABLE') return null
    return { statusCode: error.statusCode, code: error.code, params: error.params }
  }
  if (error instanceof InvalidRequest) {
    const { message, issues } = error
    const { path: _, message: __, ...place } = issues.find(({ stepName }) => stepName !== undefined) ?? {}
    const params = { message, issues, ...place }
    return { statusCode: 400, code: 'FST_ERR_VALIDATION', error: 'Bad Request', message, params }
  }
  if (isFastifyError(error) && error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    const { statusCode, message } = error
    const code = CODE_OF_STATUS[statusCode] ?? error.code ?? 'INVALID_REQUEST'
    return { statusCode, code, error: STATUS_CODES[statusCode] ?? 'Bad Request', message, params: { message } }
  }
  if (isUnstorable(error)) return unstorable(request)
  return conflict(error)
}

/** Two requests at the same time, or a value that only one row may have: the caller's doing, not a fault. */
function conflict(error: unknown): ErrorBody | null {
  const column = repeatedColumn(error)
  const message = isUniqueViolation(error)
    ? `${column ?? 'a value'}: something else has this value already`
    : isBrokenReference(error)
      ? 'something that the request refers to was removed in the meantime, or is still in use'
      : undefined
  if (message === undefined) return null
  return { statusCode: ERROR_STATUS.VALIDATION, code: 'VALIDATION', params: { message } }
}

function unstorable(request: FastifyRequest | undefined): ErrorBody {
  const field = request && unstorableField(request)
  const message = field
    ? `${field.path}: ${field.reason}`
    : 'a value of the request cannot be stored: a NUL character, half a character, a time or a number out of range'
  return { statusCode: 400, code: 'INVALID_REQUEST', error: 'Bad Request', message, params: { message } }
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
}

/** Fastify's error handler: the shape of every error, and nothing of what went wrong inside. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const body = describeError(error, request)
  if (body) {
    request.log.debug({ reqId: request.id, err: error }, 'request refused')
    const isCutOff = body.statusCode === 413 || body.code === 'SANDBOX_CAPACITY_EXCEEDED'
    behindBody(request, reply, isCutOff, () => refuse(request, reply, body))
    return
  }
  // It is in the log already, once for all calls.
  const isKnown = error instanceof UnavailableError
  if (!isKnown)
    request.log.error(
      { reqId: request.id, err: error, method: request.method, url: request.routeOptions.url },
      'request failed',
    )
  if (isKnown || isOutage(error)) {
    reply.header('retry-after', RETRY_AFTER_SECONDS)
    sendError(request, reply, OUT_OF_REACH)
    return
  }
  sendError(request, reply, {
    statusCode: 500,
    code: 'INTERNAL_SERVER_ERROR',
    error: 'Internal Server Error',
    message: 'Something went wrong on the server',
    params: { message: 'Something went wrong on the server', requestId: request.id },
  } satisfies ErrorBody)
}

function refuse(request: FastifyRequest, reply: FastifyReply, body: ErrorBody): void {
  if (COME_AGAIN.has(body.code)) reply.header('retry-after', RETRY_AFTER_SECONDS)
  sendError(request, reply, body)
}

/** The graph API has an envelope of its own. */
function sendError(request: FastifyRequest, reply: FastifyReply, body: ErrorBody): void {
  // Caches may keep a 404, a 405, a 410 or a 414 that says nothing of it (RFC 9110, 15.1).
  reply.header('cache-control', 'no-store')
  if (!isGraphUrl(request.url)) {
    reply.code(body.statusCode).send(body)
    return
  }
  const answer = inEnvelope(body)
  reply.code(answer.status).send(answer.body)
}

const RETRY_AFTER_SECONDS = 2
/** Refusals that are about the moment, and not about the request. */
const COME_AGAIN: ReadonlySet<string> = new Set(['SERVICE_UNAVAILABLE', 'SANDBOX_CAPACITY_EXCEEDED'])
const OUT_OF_REACH_TEXT = 'The database of the server accepts no writes at the moment. Try again.'
const OUT_OF_REACH: ErrorBody = {
  statusCode: ERROR_STATUS.SERVICE_UNAVAILABLE,
  code: 'SERVICE_UNAVAILABLE',
  error: 'Service Unavailable',
  message: OUT_OF_REACH_TEXT,
  params: { message: OUT_OF_REACH_TEXT },
}

/** How long a body that is refused may still take. */
const REFUSED_BODY_MS = 5000

/**
 * Answers, where the connection ends with the answer (or nobody reads the body any more) behind the body: clients that
 * are still sending would meet a closed connection, and never see the answer.
 */
function behindBody(request: FastifyRequest, reply: FastifyReply, isCutOff: boolean, answer: () => void): void {
  if (!hasEnded(request.raw) && !wasAborted(request.raw) && (isCutOff || reply.getHeader('connection') === 'close'))
    void readToEnd(request.raw).then(answer)
  else answer()
}

const hasEnded = (message: IncomingMessage): boolean => message.complete || message.readableEnded

async function readToEnd(message: IncomingMessage): Promise<void> {
  if (hasEnded(message) || message.destroyed) return
  const limit = AbortSignal.timeout(REFUSED_BODY_MS)
  message.resume()
  await once(message, 'end', { signal: limit }).catch(() => undefined)
}

/** The answer for a route that does not exist. */
export const unknownRoute = ({ method, url }: FastifyRequest): ErrorBody => ({
  statusCode: 404,
  code: 'ENTITY_NOT_FOUND',
  message: `There is no route ${method} ${url.split('?', 1)[0]}. The routes are listed at /v1/docs.`,
  params: {},
})

/** Fastify's handler for URLs that no route has. */
export function handleUnknownRoute(request: FastifyRequest, reply: FastifyReply): void {
  behindBody(request, reply, false, () =>
    isGraphUrl(request.url)
      ? sendError(request, reply, unknownRoute(request))
      : reply
          .code(404)
          .header('cache-control', 'no-store')
          .send({ statusCode: 404, error: 'Not Found', message: 'Route not found' }),
  )
}
