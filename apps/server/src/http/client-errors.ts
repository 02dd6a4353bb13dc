import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ERROR_STATUS, type ErrorCode } from '@piecework/model/errors'
import { inEnvelope, isGraphUrl } from './envelope.ts'
import type { ErrorBody } from './errors.ts'

/** Why bytes are refused before there is a request to answer. */
export interface Refusal {
  status: number
  code: ErrorCode
  message: string
}

const NO_REQUEST: Refusal = { status: 400, code: 'INVALID_REQUEST', message: 'This is not an HTTP/1.1 request.' }

/** The answer to bytes that the HTTP parser refuses, by the code of its error. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: ERROR_STATUS.REQUEST_TIMEOUT,
    code: 'REQUEST_TIMEOUT',
    message: 'The request did not arrive in time.',
  },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'INVALID_REQUEST', message: 'The headers of the request are too large.' },
}

/**
 * Answers bytes that are no request, and requests that do not arrive, and closes.
 * @param isAnswering whether a part of an answer is on the socket already; more would end up in the middle of it.
 */
export function refuseClient(error: ClientError, socket: Socket, isAnswering: boolean): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (isAnswering || !socket.writable) {
    socket.destroy()
    return
  }
  const refusal = REFUSALS[error.code ?? ''] ?? NO_REQUEST
  socket.end(textOf(refusal, requested(error)), () => socket.destroy())
}

interface ClientError extends Error {
  code?: string
  /** The bytes in which the parser found the error. */
  rawPacket?: unknown
}

/** The URL of the request, if the refused bytes begin with it. */
function requested({ rawPacket }: ClientError): string {
  const begin = Buffer.isBuffer(rawPacket) ? rawPacket.subarray(0, MAX_REQUEST_LINE).toString('latin1') : ''
  return /^[A-Za-z]+ (\/\S*) HTTP\//.exec(begin)?.[1] ?? ''
}
const MAX_REQUEST_LINE = 8192

/**
 * The part of a request that a server in front may have read in another way, so that the two disagree about who is
 * called or where the request ends; Node takes it.
 */
export function ambiguity({ rawHeaders, headers, httpVersionMinor }: IncomingMessage): string | undefined {
  if (headers.host === undefined && httpVersionMinor > 0)
    return 'headers/host: is required by HTTP/1.1, which the request speaks'
  if (rawHeaders.filter((text, index) => index % 2 === 0 && text.length === 4 && /^host$/i.test(text)).length > 1)
    return 'headers/host: comes more than once'
  const encoding = headers['transfer-encoding']
  if (encoding === undefined) return undefined
  if (httpVersionMinor === 0) return 'headers/transfer-encoding: does not exist in HTTP/1.0'
  return /^\s*chunked\s*$/i.test(encoding) ? undefined : 'headers/transfer-encoding: can only be chunked'
}

/** Answers requests to which Node itself would answer without a message, or not at all. */
export function refuseOddRequests(server: Server): void {
  server.on('checkExpectation', ({ url }: IncomingMessage, response: ServerResponse) => {
    const body = bodyOf(EXPECTATION, url)
    response.writeHead(EXPECTATION.status, headersOf(body)).end(body)
  })
  server.on('connect', ({ url }: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => {})
    socket.end(textOf(TUNNEL, url), () => socket.destroy())
  })
}

const EXPECTATION: Refusal = { status: 417, code: 'INVALID_REQUEST', message: 'headers/expect: is not supported' }
const TUNNEL: Refusal = { status: 405, code: 'INVALID_REQUEST', message: 'The server is not a proxy.' }

/** A refusal as it is written on a socket, which is closed behind it, in the form of the API that the URL is of. */
export function textOf(refusal: Refusal, url?: string, headers: Record<string, string> = {}): string {
  const { status } = refusal
  const body = bodyOf(refusal, url)
  const lines = Object.entries({ ...headersOf(body), ...headers }).map(([name, value]) => `${name}: ${value}`)
  return `${[`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n')}\r\n\r\n${body}`
}

const plainOf = ({ status, code, message }: Refusal) =>
  ({
    statusCode: status,
    code,
    error: STATUS_CODES[status] ?? 'Bad Request',
    message,
    params: { message },
  }) satisfies ErrorBody

const bodyOf = (refusal: Refusal, url = ''): string =>
  JSON.stringify(isGraphUrl(url) ? inEnvelope(plainOf(refusal)).body : plainOf(refusal))

const headersOf = (body: string): Record<string, string> => ({
  'content-type': 'application/json; charset=utf-8',
  'content-length': String(Buffer.byteLength(body)),
  connection: 'close',
})
