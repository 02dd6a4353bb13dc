import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { errorText } from '../errors.ts'
import { seal, unseal } from './seal.ts'
import { createSecrets, REDACTED } from './secrets.ts'
import { LEAST_LENGTH, secretValuesOf } from './values.ts'

const SECRET = 'sk-"SUPER/secret+0123=\\é'
const secretsOf = (...values: unknown[]) => {
  const secrets = createSecrets('eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg')
  for (const value of values) secrets.add(value)
  return secrets
}
const secretText = (secret_text: string) => ({ type: 'SECRET_TEXT', secret_text })
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('a secret', () => {
  const { mask } = secretsOf(secretText(SECRET))

  it.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify({ a: SECRET })],
    ['in JSON in JSON', JSON.stringify(JSON.stringify({ a: SECRET }))],
    ['in JSON in JSON in JSON', JSON.stringify(JSON.stringify(JSON.stringify([SECRET])))],
    ['shown by Node.js', inspect({ headers: { a: `Bearer ${SECRET}` } })],
    ['in a URL', `https://a.example/?key=${encodeURIComponent(SECRET)}&x=1`],
    ['in a URL with small letters', encodeURIComponent(SECRET).replaceAll(/%../g, (code) => code.toLowerCase())],
    ['in a form', new URLSearchParams({ key: SECRET }).toString()],
    ['in a URL that was parsed', new URL(`https://a.example/x?a=${SECRET}`).href],
    ['in a URL in a URL in a URL', `a?to=${encodeURIComponent(encodeURIComponent(encodeURIComponent(SECRET)))}`],
    [
      'in JSON in a URL',
      `https://a.example/?filter=${encodeURIComponent(JSON.stringify(JSON.stringify({ a: SECRET })))}`,
    ],
    ['in small letters, as in the name of a host', `getaddrinfo ENOTFOUND ${SECRET.toLowerCase()}.example.com`],
    ['in base64', base64(SECRET)],
    ['in base64url', Buffer.from(SECRET).toString('base64url')],
    ['in hexadecimal', Buffer.from(SECRET).toString('hex')],
    ['in hexadecimal of capitals', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ['in UTF-16 in base64', Buffer.from(`x${SECRET}`, 'utf16le').toString('base64')],
    ['in UTF-16 in hexadecimal', Buffer.from(SECRET, 'utf16le').toString('hex')],
    ['in big-endian UTF-16 in base64', Buffer.from(SECRET, 'utf16le').swap16().toString('base64')],
    ['in big-endian UTF-16 in hexadecimal', Buffer.from(SECRET, 'utf16le').swap16().toString('hex').toUpperCase()],
    ['in HTML', '<b>sk-&quot;SUPER/secret+0123=\\é</b>'],
    ['in JSON of PHP', JSON.stringify(SECRET).replaceAll('/', '\\/')],
  ])('is masked %s', (_, text) => {
    const masked = mask(`before ${text} after`)
    expect(masked).toContain(REDACTED)
    expect(masked).not.toMatch(/SUPER|U1VQRVI|VQRVIv|5355504|UwBVAFA|530055005|00530055/i)
    expect(masked).toMatch(/^before .*after$/s)
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('is masked in base64 behind %i other letters', (length) => {
    const text = base64(`${'u'.repeat(length)}${SECRET}:rest`)
    const masked = mask(`Basic ${text}`)
    expect(masked).toContain(REDACTED)
    // Nothing of it comes back from what is left.
    const rest = Buffer.from(masked.replace('Basic ', '').replace(REDACTED, ''), 'base64').toString('latin1')
    expect(rest).not.toMatch(/SUPER|secret/)
  })

  describe.each([
    ['UTF-8', 'utf8' as const, SECRET],
    ['UTF-16', 'utf16le' as const, SECRET],
    ['UTF-16 of plain letters', 'utf16le' as const, 'sk-live-0123456789'],
  ])('in %s, encoded in lines', (_, encoding, secret) => {
    const { mask: maskOne, maskJson } = secretsOf(secretText(secret))
    // Each place of the break in the secret, each way of breaking, each base.
    it.each([
      ['base64', 64, '\n'],
      ['base64', 76, '\r\n'],
      ['base64', 76, '\r\n  '],
      ['base64url', 76, '\n'],
      ['hex', 60, '\n'],
    ] as const)('is masked in %s of %i letters a line, wherever the break is', (base, width, end) => {
      for (let before = 20; before < 80; before++) {
        const code = Buffer.from(`${'u'.repeat(before)}${secret}${'v'.repeat(40)}`, encoding).toString(base)
        const lines = code.replaceAll(new RegExp(`.{${width}}`, 'g'), `$&${end}`)
        for (const masked of [
          maskOne(`key: ${lines} after`),
          maskOne(JSON.stringify({ lines })),
          maskOne(encodeURIComponent(lines)),
          JSON.parse(maskJson(JSON.stringify(lines))),
        ]) {
          expect(masked).toContain(REDACTED)
          expect(Buffer.from(masked.replaceAll(/\s|\\[rn]|%../g, ''), base).toString(encoding)).not.toContain(
            secret.slice(3, 9),
          )
        }
      }
    })
  })

  it('leaves blocks of lines alone that hold no secret', () => {
    const lines = `${'QUJD'.repeat(19)}\r\n`.repeat(3)
    expect(mask(`${lines}.${SECRET}`)).toBe(`${lines}.${REDACTED}`)
  })

  it('is masked in texts, keys and numbers of JSON, which stays JSON', () => {
    const { maskJson } = secretsOf(secretText('12345678'), secretText('{"a":"long enough"}'))
    const value = {
      n: 12345678,
      m: -123456789.5,
      k: { 'key 12345678': ['12345678', 1234567] },
      o: { a: 'long enough' },
    }
    expect(JSON.parse(maskJson(JSON.stringify(value)))).toEqual({
      n: REDACTED,
      m: REDACTED,
      k: { [`key ${REDACTED}`]: [REDACTED, 1234567] },
      o: { a: 'long enough' },
    })
    const deep = `${'['.repeat(100_000)}"12345678"${']'.repeat(100_000)}`
    expect(maskJson(deep)).toBe(deep.replace('12345678', REDACTED))
    expect(maskJson('{"a":"\\\\","b":"12345678\\\\"}')).toBe(`{"a":"\\\\","b":"${REDACTED}\\\\"}`)
  })

  it('is masked whole where another secret is a part of it', () => {
    expect(secretsOf(secretText('secret-1'), secretText('secret-1-and-more')).mask('a secret-1-and-more b')).toBe(
      `a ${REDACTED} b`,
    )
  })
})

it('leaves texts alone that hold no secret, and secrets that are too short', () => {
  const secrets = secretsOf(secretText('c'), secretText('x'.repeat(LEAST_LENGTH - 1)), { type: 'NO_AUTH' })
  expect(secrets.mask('api.notion.com xxxxxx c')).toBe('api.notion.com xxxxxx c')
  expect(secretsOf(secretText('x1'.repeat(LEAST_LENGTH / 2))).mask('x1x1x1')).toBe(REDACTED)
})

it("masks the engine's own token without any connection", () => {
  const { mask, maskJson } = secretsOf()
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg'
  expect(mask(`Bearer ${token}`)).toBe(`Bearer ${REDACTED}`)
  expect(maskJson(JSON.stringify({ token }))).toBe(JSON.stringify({ token: REDACTED }))
})

it('knows what of a connection is secret', () => {
  const oauth2 = {
    type: 'OAUTH2',
    access_token: 'access-token-1',
    refresh_token: '(REDACTED)',
    client_id: 'client-id-1',
    token_type: 'Bearer',
    scope: 'read:things write:things',
    expires_in: 360_000,
    claimed_at: 1_790_000_000,
    token_url: 'https://auth.example.com/token',
    grant_type: 'authorization_code',
    authorization_method: 'HEADER',
    redirect_url: 'https://flows.example.com/redirect',
    props: { region: 'eu-central-1', subdomain: 'customer', signingSecret: 'signing-secret-1' },
    data: { team: { name: 'The whole team' }, authed_user: { access_token: 'user-token-1' }, bot_user: 'a bot user' },
  }
  expect(secretValuesOf(oauth2)).toEqual(['access-token-1', 'signing-secret-1', 'user-token-1'])
  expect(secretValuesOf({ type: 'BASIC_AUTH', username: 'ada@example.com', password: 'pass-word-1' })).toEqual([
    'pass-word-1',
    'ada@example.com:pass-word-1',
  ])
  const custom = {
    baseUrl: 'https://a.example.com/api',
    host: 'db.internal.example',
    email: 'ada@example.com',
    region: 'us-east-1',
    anything: 'not known to be public',
    uri: 'postgres://ada:p%40ssword-1@db.example.com/main',
    debug: true,
    keys: [{ api_key: 'api-key-1' }],
    pin: 123456,
    secretNumber: 987654321,
  }
  expect(secretValuesOf({ type: 'CUSTOM_AUTH', props: custom })).toEqual([
    'not known to be public',
    'postgres://ada:p%40ssword-1@db.example.com/main',
    'p%40ssword-1',
    'p@ssword-1',
    'api-key-1',
    '987654321',
  ])
})

it('masks the key inside of a service account, however it is shown', () => {
  const lines = ['a', 'b', 'c'].map((letter) => letter.repeat(64))
  const key = `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`
  const account = { type: 'service_account', project_id: 'my-project-1', private_key: key }
  const { mask } = secretsOf({ type: 'CUSTOM_AUTH', props: { serviceAccount: JSON.stringify(account) } })
  for (const text of [key, JSON.stringify({ key }), inspect({ key }), key.replaceAll('\n', '\r\n'), lines[1] ?? '']) {
    expect(mask(text)).not.toMatch(/a{20}|b{20}|c{20}/)
  }
  expect(mask('my-project-1')).toBe('my-project-1')
})

it('seals what only the run itself may open', () => {
  const key = 'a1'.repeat(32)
  const content = { output: JSON.stringify('x'.repeat(100_000)), secrets: ['one', 'zwei€'] }
  const sealed = seal(key, content)
  expect(sealed.length).toBeLessThan(2000)
  expect(unseal(key, sealed)).toEqual(content)
  expect(() => unseal('b2'.repeat(32), sealed)).toThrow()
  expect(() => unseal(key, `${sealed.slice(0, -8)}AAAAAAA=`)).toThrow()
})

describe('the text of an error', () => {
  it('has message, codes and the answer of the service, and nothing of sockets and requests', () => {
    const config = { headers: { Authorization: 'Bearer abc-secret' }, url: 'https://a.example' }
    const error = Object.assign(new Error('Request failed with status code 401'), {
      name: 'AxiosError',
      code: 'ERR_BAD_REQUEST',
      config,
      request: { socket: { _header: 'GET / HTTP/1.1\r\nAuthorization: Bearer abc-secret' } },
      response: { status: 401, statusText: 'Unauthorized', headers: {}, config, data: { error: 'bad key' } },
    })
    expect(errorText(error)).toBe(
      'AxiosError: Request failed with status code 401\ncode: ERR_BAD_REQUEST\nstatusText: Unauthorized\nresponse: {"error":"bad key"}',
    )
    expect(errorText(error.response)).not.toContain('abc-secret')
    expect(errorText({ note: 'thrown', inner: { list: [1, { socket: 'abc-secret' }] } })).toBe(
      "{ note: 'thrown', inner: { list: [ 1, {} ] } }",
    )
  })

  it('names the causes, to some depth', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED', port: 1 })
    expect(errorText(new TypeError('fetch failed', { cause }))).toBe(
      'TypeError: fetch failed\ncause: Error: connect ECONNREFUSED 127.0.0.1:1',
    )
    const endless: { message: string; cause?: unknown } = { message: 'again' }
    endless.cause = endless
    expect(errorText(endless).split('cause:')).toHaveLength(6)
    expect(errorText(new AggregateError([new Error('one'), 'two'], 'all failed'))).toBe(
      'AggregateError: all failed\n- Error: one\n- Error: two',
    )
  })

  it('is masked before it is cut, and names no file of the engine', () => {
    const { mask } = secretsOf(secretText('secret-text-1'))
    const body = `${'x'.repeat(8 * 1024 - 6)}secret-text-1`
    expect(errorText(Object.assign(new Error('no'), { body }), mask)).not.toContain('secret')
    const missing = "Cannot find module 'nothing'\nRequire stack:\n- /srv/piecework/engine.mjs\n- /srv/x.mjs"
    expect(errorText(new Error(missing))).toBe("Error: Cannot find module 'nothing'")
    expect(errorText(new Error('Error: inner\n    at f (/srv/engine.mjs:1:2)\n    at node:internal/x:1:2'))).toBe(
      'Error: Error: inner',
    )
    expect(errorText(new Error('x'.repeat(1_000_000))).length).toBeLessThan(70_000)
  })

  it('is made of anything that can be thrown', () => {
    const trap = () => {
      throw new Error('trap')
    }
    expect(errorText(undefined)).toBe('undefined')
    expect(errorText(null)).toBe('null')
    expect(errorText(Symbol('s'))).toBe('Symbol(s)')
    expect(errorText(10n)).toBe('10n')
    expect(errorText('only text')).toBe('only text')
    expect(errorText(new Error('{"a":1}'))).toBe('{\n  "a": 1\n}')
    expect(errorText(new Proxy(new Error('in a proxy'), { getPrototypeOf: trap, ownKeys: trap }))).toContain(
      'in a proxy',
    )
    expect(
      errorText({
        get message() {
          return trap()
        },
      }),
    ).toBe('An error that cannot be shown')
    expect(errorText(new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap }))).toContain('cannot be shown')
  })
})
