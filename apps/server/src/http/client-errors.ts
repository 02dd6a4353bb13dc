import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { ERROR_STATUS, type ErrorCode } from '@piecework/model/errors'
import type { ErrorBody } from './errors.ts'

interface Refusal {
  status: number
  code: ErrorCode
  message: string
}

const NO_REQUEST: Refusal = { status: 400, code: 'INVALID_REQUEST', message: 'This is not a request of HTTP/1.1.' }

/** What the parser of HTTP says of bytes, by the code of its error. */
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
export function refuseClient(error: Error & { code?: string }, socket: Socket, isAnswering: boolean): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (isAnswering || !socket.writable) {
    socket.destroy()
    return
  }
  const { status, code, message } = REFUSALS[error.code ?? ''] ?? NO_REQUEST
  const body = JSON.stringify({
    statusCode: status,
    code,
    error: STATUS_CODES[status] ?? 'Bad Request',
    message,
    params: { message },
  } satisfies ErrorBody)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
