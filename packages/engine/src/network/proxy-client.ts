import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP, Socket } from 'node:net'
import { z } from 'zod'
import { ExecutionError } from '../errors.ts'

/** Talks to the egress proxy over its socket, below the functions that the guard checks. */

// Captured before the guard replaces sockets.
const { connect } = Socket.prototype

const MAX_HEAD_BYTES = 16 * 1024
const MAX_BODY_BYTES = 256 * 1024
const HEAD_END = '\r\n\r\n'
/** The address at the end of a tunnel. */
export const TARGET_ADDRESS_HEADER = 'x-target-address'
/** The path at which the proxy resolves names. */
export const ADDRESSES_PATH = '/addresses/'

const Addresses = z.array(z.object({ address: z.string(), family: z.number() }))

/**
 * @returns a connection to the target, and its address if the proxy knows it
 * @throws ExecutionError SSRFBlockedError; Error with the code of a connection that failed
 */
export async function openTunnel(
  socketPath: string,
  host: string,
  port: number,
): Promise<{ socket: Socket; address: string | undefined }> {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`
  const answer = await ask(socketPath, `CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}${HEAD_END}`)
  if (answer.status === 200) return { socket: answer.socket, address: answer.headers.get(TARGET_ADDRESS_HEADER) }
  throw await failureOf(answer, { syscall: 'connect', address: host, port })
}

/**
 * The addresses of a name, as the worker resolves them.
 * @throws ExecutionError SSRFBlockedError; Error ENOTFOUND
 */
export async function addressesOf(
  socketPath: string,
  hostname: string,
  { family = 0 }: LookupOptions,
): Promise<LookupAddress[]> {
  const version = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family
  const literal = isIP(hostname)
  if (literal !== 0) return [{ address: hostname, family: literal }]
  const path = ADDRESSES_PATH + encodeURIComponent(hostname)
  const answer = await ask(socketPath, `GET ${path} HTTP/1.1\r\nhost: proxy\r\nconnection: close${HEAD_END}`)
  const about = { syscall: 'getaddrinfo', hostname }
  if (answer.status !== 200) throw await failureOf(answer, about)
  const found = Addresses.parse(JSON.parse(await bodyOf(answer)))
  const wanted = version === 0 ? found : found.filter((one) => one.family === version)
  if (wanted.length === 0)
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { ...about, code: 'ENOTFOUND' })
  return wanted
}

interface Answer {
  status: number
  headers: Map<string, string>
  socket: Socket
}

/** Sends a request and reads the head of the answer; the rest stays in the socket. */
function ask(socketPath: string, request: string): Promise<Answer> {
  const socket = new Socket({ allowHalfOpen: true })
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0)
    const end = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    const onEnd = () => end(new Error('The egress proxy ended the connection'))
    const onReadable = () => {
      for (let part: unknown = socket.read(); part !== null; part = socket.read()) {
        if (!Buffer.isBuffer(part)) continue
        head = Buffer.concat([head, part])
        const at = head.indexOf(HEAD_END)
        if (at < 0 && head.length > MAX_HEAD_BYTES) return end(new Error('The egress proxy did not answer'))
        if (at < 0) continue
        socket.off('readable', onReadable).off('end', onEnd).off('error', end)
        const rest = head.subarray(at + HEAD_END.length)
        if (rest.length > 0) socket.unshift(rest)
        // The code that takes the socket over adds its own listeners.
        socket.on('error', () => {})
        return resolve({ ...parseHead(head.subarray(0, at).toString('latin1')), socket })
      }
    }
    socket.on('readable', onReadable).on('end', onEnd).on('error', end)
    Reflect.apply(connect, socket, [{ path: socketPath }])
    socket.write(request)
  })
}

function parseHead(text: string): { status: number; headers: Map<string, string> } {
  const [first = '', ...lines] = text.split('\r\n')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  return { status: Number(first.split(' ')[1]), headers }
}

/** Reads the answers after which the proxy closes the connection. */
async function bodyOf({ socket }: Answer): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of socket) {
    size += part.length
    if (size > MAX_BODY_BYTES) break
    parts.push(part)
  }
  socket.destroy()
  return Buffer.concat(parts).toString()
}

/** The error of a connection that the proxy refused. */
async function failureOf(answer: Answer, about: Record<string, unknown>): Promise<Error> {
  const text = await bodyOf(answer)
  if (answer.status === 403) return new ExecutionError('SSRFBlockedError', text.replace(/^Egress blocked: /, ''))
  const [code] = /\bE[A-Z]{3,}\b/.exec(text) ?? [/cannot be resolved/.test(text) ? 'ENOTFOUND' : 'ECONNREFUSED']
  return Object.assign(new Error(text), { ...about, code })
}
