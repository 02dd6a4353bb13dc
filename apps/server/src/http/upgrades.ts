import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { type Refusal, textOf } from './client-errors.ts'

/** Takes over the socket of a request for an upgrade. Its errors are handled already. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** How long a socket that was refused may take to read why. */
const REFUSED_MS = 2000

/** The path of a request line; undefined when the line names none. Takes any text: strangers write it. */
export const pathOf = (url: string | undefined): string | undefined => URL.parse(url ?? '', 'http://app')?.pathname

/**
 * The one listener for upgrades: hands each to the handler of its path (with or without a slash at the end), and
 * refuses all others; nobody else would answer them, and they would hang.
 */
export function takeUpgrades(server: Server, handlers: Readonly<Record<string, UpgradeHandler>>, log: Logger): void {
  const known = new Map(Object.entries(handlers))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {})
    const path = pathOf(request.url)
    if (path === undefined) return refuseUpgrade(socket, 400, request.url)
    const handle = known.get(path) ?? (path.endsWith('/') ? known.get(path.slice(0, -1)) : undefined)
    if (!handle) return refuseUpgrade(socket, 404, request.url)
    try {
      handle(request, socket, head)
    } catch (error) {
      log.warn({ err: error, path }, 'an upgrade failed')
      socket.destroy()
    }
  })
}

const REFUSALS = {
  400: { status: 400, code: 'INVALID_REQUEST', message: 'The upgrade names no path.' },
  401: { status: 401, code: 'INVALID_BEARER_TOKEN', message: 'Only workers with a token of this server come in here.' },
  404: { status: 404, code: 'INVALID_REQUEST', message: 'There is nothing to upgrade to at this path.' },
  503: {
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The server is stopping. Try again: another one may answer.',
  },
} as const satisfies Record<number, Refusal>

/** Answers with the status and closes, also when the other side keeps its half open. */
export function refuseUpgrade(socket: Duplex, status: keyof typeof REFUSALS, url?: string): void {
  socket.end(textOf(REFUSALS[status], url, status === 503 ? { 'retry-after': '2' } : {}))
  socket.resume()
  const patience = setTimeout(() => socket.destroy(), REFUSED_MS)
  socket.once('close', () => clearTimeout(patience))
}
