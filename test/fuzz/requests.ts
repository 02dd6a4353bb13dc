import type { Random } from './random.ts'

const TARGETS = [
  '/',
  '//',
  '*',
  'http://[',
  'http://[::1',
  '/api/v1/flags',
  '/api/v1/%',
  '/api/v1/webhooks/a%00b',
] as const
const MORE_TARGETS = [
  '/api/socket.io/?EIO=4&transport=websocket',
  '/api/worker-channel',
  '/forms/..%2f',
  '/docs/%ff',
] as const
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'PRI', 'G\u0000T'] as const
const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', ''] as const
const HEADERS = [
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Upgrade: \u0001\r\nConnection: Upgrade',
  'Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13',
  'Content-Length: 5',
  'Content-Length: -1',
  'Content-Length: 999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Expect: 100-continue',
  'Authorization: Bearer \u00ff',
  'Content-Encoding: gzip',
  'Content-Type: json',
  'Cookie: a=\u0000',
  ': x',
] as const
const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'text/plain; charset=utf-16',
  'application/octet-stream',
] as const
const PATHS = [
  '/api/v1/app-events/slack',
  '/api/v1/authentication/sign-in',
  '/api/v1/flow-runs/x/waitpoints/y',
] as const

/** A request line and headers that no client would write, or would. */
export function malformed(random: Random): Buffer {
  const target = random.pick(random.below(2) === 0 ? TARGETS : MORE_TARGETS)
  const headers = Array.from({ length: random.below(5) }, () => random.pick(HEADERS))
  const line = `${random.pick(METHODS)} ${target} ${random.pick(VERSIONS)}`
  const text = Buffer.from([line, 'Host: x', ...headers, '', ''].join('\r\n'), 'latin1')
  return mangled(random, Buffer.concat([text, random.bytes(random.below(40))]))
}

/** A call whose body is, for the most part, what its content type says. */
export function call(random: Random, paths: readonly string[] = []): Buffer {
  const type = random.pick(TYPES)
  const body = mangled(random, bodyOf(random, type))
  const path = random.pick([...PATHS, ...paths] as [string, ...string[]])
  const announced = random.below(10) === 0 ? random.below(100_000) : body.length
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${announced}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

/** Bodies by their content type; other kinds are added here. */
function bodyOf(random: Random, type: (typeof TYPES)[number]): Buffer {
  const times = 1 + random.below(3_000)
  switch (type) {
    case 'application/json':
      return Buffer.from(
        random.pick([`${'['.repeat(times)}${']'.repeat(times)}`, `{"email":"a\\u0000","a":"\\ud800"}`, '1e999']),
      )
    case 'application/x-www-form-urlencoded':
      return Buffer.from(random.pick(['a=1&'.repeat(times), `a${'[b]'.repeat(times)}=1`, '%=%zz&__proto__=1']))
    case 'multipart/form-data; boundary=x':
      return Buffer.from(`${'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(times)}--x--\r\n`)
    case 'application/xml':
      return Buffer.from(random.pick([`${'<a>'.repeat(times)}`, `<a ${'b="1" '.repeat(times)}/>`, '<!DOCTYPE a>&a;']))
    default:
      return random.bytes(random.below(2_000))
  }
}

/** Sometimes cuts it off, and sometimes changes a byte of it. */
function mangled(random: Random, bytes: Buffer): Buffer {
  const way = random.below(6)
  if (way === 0) return bytes.subarray(0, random.below(bytes.length + 1))
  if (way === 1 && bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256)
  return bytes
}
