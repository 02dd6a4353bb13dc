import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { withoutBrackets } from '@piecework/engine/network/exempt'

/** A target whose addresses were all looked at. */
export interface CheckedTarget {
  host: string
  port: number
  addresses: { address: string; family: number }[]
}

const CONNECT_TIMEOUT_MS = 30_000

/**
 * Opens a connection to one of the addresses, or through another proxy, which then looks the name up by itself.
 * @throws Error when it does not come about
 */
export function openTunnel(
  { host, port, addresses }: CheckedTarget,
  upstream: URL | undefined,
  credentials: string | undefined,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    if (upstream === undefined) {
      const socket = connect({ host, port, lookup: (_host, _options, answer) => answer(null, addresses) })
      socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('The connection took too long')))
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.setTimeout(0)
        socket.off('error', reject)
        resolve(socket)
      })
      return
    }
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const send = upstream.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send({
      method: 'CONNECT',
      host: withoutBrackets(upstream.hostname),
      port: upstream.port || undefined,
      path: authority,
      headers: { host: authority, ...(credentials === undefined ? {} : { 'proxy-authorization': credentials }) },
      timeout: CONNECT_TIMEOUT_MS,
      agent: false,
    })
    request.once('timeout', () => request.destroy(new Error('The upstream proxy took too long')))
    request.once('error', reject)
    request.once('response', (answer) => {
      answer.destroy()
      reject(new Error(`The upstream proxy answered with ${answer.statusCode}`))
    })
    request.once('connect', (answer, socket, head) => {
      if (answer.statusCode !== 200) {
        socket.destroy()
        reject(new Error(`The upstream proxy answered with ${answer.statusCode}`))
        return
      }
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    request.end()
  })
}
