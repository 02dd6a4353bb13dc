import type { ServerResponse } from 'node:http'

/** An answer of a server, or of something on the way to it, that no client expects. */
export interface OddAnswer {
  name: string
  call: string
  args?: unknown[]
  options?: Record<string, unknown>
  take?: 'all' | 'page'
  /** @param asked how often it was asked before. */
  answer(response: ServerResponse, asked: number, url: URL): void
  /** The class and code of the error, or the value. */
  gives: { name: string; code: string | null } | { value: unknown }
  /** How many requests come, where one is tried again twice at most. */
  requests: number
}

const json = { 'content-type': 'application/json' }
const get = { call: 'workflows.get', args: ['w'] }
const list = { call: 'workflows.list', take: 'all' as const }
const UNKNOWN = { name: 'ApiError', code: 'UNKNOWN' }
const NETWORK = { name: 'NetworkError', code: null }
const send =
  (status: number, body: unknown, headers: Record<string, string> = json) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
const page = (data: unknown, next_cursor: unknown) => ({ success: true, data, meta: { next_cursor } })
const error = (code: unknown, more: object = {}) => ({ success: false, error: { code, message: 'm', ...more } })
const fine = { success: true, data: { id: 'w' }, meta: {} }
/** A limit for which the first request comes too early. */
const limited = (retryAfter: string) => (response: ServerResponse, asked: number) =>
  asked === 0
    ? send(429, error('RATE_LIMITED'), { ...json, 'retry-after': retryAfter })(response)
    : send(200, fine)(response)
const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

export const ODD_ANSWERS: readonly OddAnswer[] = [
  ...(
    [
      ['HTML', send(200, '<html>Sign in</html>', { 'content-type': 'text/html' }), UNKNOWN, 1],
      ['HTML of a gateway', send(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' }), UNKNOWN, 3],
      ['nothing', send(200, ''), UNKNOWN, 1],
      ['no content', (response: ServerResponse) => void response.writeHead(204).end(), UNKNOWN, 1],
      ['JSON that ends too early', send(200, '{"success": true, "data": {"id"'), UNKNOWN, 1],
      ['JSON that is no object', send(200, '[1, 2]'), UNKNOWN, 1],
      ['JSON that is nested too deep', send(200, deep(100_000)), UNKNOWN, 1],
      ['success without data', send(200, { success: true, data: null, meta: {} }), UNKNOWN, 1],
      ['no success with a good status', send(200, error('NOT_FOUND')), { name: 'NotFoundError', code: 'NOT_FOUND' }, 1],
      ['a code of the prototype', send(400, error('__proto__')), { name: 'ApiError', code: '__proto__' }, 1],
      ['a code of the class', send(400, error('constructor')), { name: 'ApiError', code: 'constructor' }, 1],
      ['a code that is no text', send(400, error({ a: 1 }, { message: [], details: 7 })), UNKNOWN, 1],
      ['an error that is none', send(403, { success: false, error: 'no' }), UNKNOWN, 1],
      ['a redirect elsewhere', send(302, '', { location: 'http://127.0.0.1:9/' }), UNKNOWN, 1],
      ['a redirect in a ring', send(307, '', { location: '/v1/workflows/w' }), UNKNOWN, 1],
      ['a date that has passed', limited('Sun, 06 Nov 1994 08:49:37 GMT'), { value: { id: 'w' } }, 2],
      ['a time to wait that is none', limited('soon'), { value: { id: 'w' } }, 2],
      ['a time to wait in other digits', limited('\u00b2'), { value: { id: 'w' } }, 2],
      [
        'a date far away',
        limited('Fri, 31 Dec 9999 23:59:59 GMT'),
        { name: 'RateLimitedError', code: 'RATE_LIMITED' },
        1,
      ],
      ['a time to wait of ages', limited('9'.repeat(400)), { name: 'RateLimitedError', code: 'RATE_LIMITED' }, 1],
    ] as const
  ).map(([name, answer, gives, requests]) => ({ name, ...get, answer, gives, requests })),
  {
    name: 'a date in a second',
    ...get,
    answer: (response, asked) => limited(new Date(Date.now() + 1000).toUTCString())(response, asked),
    ...{ gives: { value: { id: 'w' } }, requests: 2 },
  },
  {
    name: 'a body that is cut',
    ...get,
    answer: (response) => {
      response.writeHead(200, { ...json, 'content-length': '1000' }).write('{"success"')
      response.socket?.end()
    },
    ...{ gives: NETWORK, requests: 3 },
  },
  {
    name: 'a body in parts that is cut',
    ...get,
    answer: (response) => {
      response.writeHead(200, json).write('{"success"')
      response.socket?.end()
    },
    ...{ gives: NETWORK, requests: 3 },
  },
  {
    name: 'no HTTP',
    ...get,
    answer: (response) => void response.socket?.end('ready\r\n\r\n'),
    ...{ gives: NETWORK, requests: 3 },
  },
  {
    name: 'a cut answer to what may be done once alone',
    ...{ call: 'forms.create', options: { name: 'x', fields: [] } },
    answer: (response) => void response.socket?.destroy(),
    ...{ gives: NETWORK, requests: 1 },
  },
  { name: 'a cursor that stays', ...list, answer: send(200, page([{ id: 'w' }], 'c')), gives: UNKNOWN, requests: 2 },
  {
    name: 'cursors in a ring',
    ...list,
    answer: (response, asked) => send(200, page([], asked % 2 === 0 ? 'a' : 'b'))(response),
    ...{ gives: UNKNOWN, requests: 3 },
  },
  {
    name: 'empty pages without an end',
    ...list,
    answer: (response, asked) => send(200, page([], `c${asked}`))(response),
    ...{ gives: UNKNOWN, requests: 101 },
  },
  { name: 'a list that is none', ...list, answer: send(200, page({ length: 1 }, null)), gives: UNKNOWN, requests: 1 },
  { name: 'a cursor that is no text', ...list, answer: send(200, page([], 7)), gives: UNKNOWN, requests: 1 },
  {
    name: 'a list without metadata',
    ...list,
    answer: send(200, { success: true, data: [] }),
    ...{ gives: UNKNOWN, requests: 1 },
  },
  {
    name: 'names of prototypes',
    ...get,
    answer: send(200, '{"success":true,"data":{"id":"w","constructor":1,"toString":null},"meta":{"__proto__":{}}}'),
    ...{ gives: { value: { id: 'w', constructor: 1, toString: null } }, requests: 1 },
  },
  {
    name: 'an execution of no status',
    ...{ call: 'executions.wait', args: ['x'], options: { timeout: 0 } },
    answer: send(200, fine),
    ...{ gives: { name: 'WaitTimeoutError', code: null }, requests: 1 },
  },
  {
    name: 'a file that is no text',
    ...{ call: 'forms.csv', args: ['f'] },
    answer: (response) => void response.writeHead(200, { 'content-type': 'text/csv' }).end(Buffer.from([97, 255, 98])),
    ...{ gives: { value: 'a\ufffdb' }, requests: 1 },
  },
]
