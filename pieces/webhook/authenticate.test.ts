import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { authenticate } from './authenticate.ts'

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`

describe('without authentication', () => {
  it('lets everybody in', () => {
    expect(authenticate('none', {}, { headers: {} })).toBe(true)
    expect(authenticate(undefined, undefined, { headers: {} })).toBe(true)
  })
})

describe('basic authentication', () => {
  const fields = { username: 'ada', password: 'pa:ss' }
  it.each([
    [basic('ada:pa:ss'), true],
    [basic('ada:pa:ss').replace('Basic', 'basic'), true],
    [basic('ada:wrong'), false],
    ['Bearer abc', false],
    [undefined, false],
  ])('answers %s with %s', (authorization, allowed) => {
    expect(authenticate('basic', fields, { headers: { Authorization: authorization } })).toBe(allowed)
  })
})

describe('header authentication', () => {
  const fields = { headerName: 'X-Key', headerValue: 'secret' }
  it.each([
    [{ 'x-key': 'secret' }, true],
    [{ 'x-key': 'Secret' }, false],
    [{ 'x-key': 'secrets' }, false],
    [{}, false],
  ])('answers %o with %s', (headers, allowed) => {
    expect(authenticate('header', fields, { headers })).toBe(allowed)
  })

  it('lets nobody in while it has no value to compare with', () => {
    expect(authenticate('header', { headerName: 'X-Key', headerValue: '' }, { headers: { 'x-key': '' } })).toBe(false)
    expect(authenticate('header', null, { headers: {} })).toBe(false)
    expect(authenticate('other', fields, { headers: { 'x-key': 'secret' } })).toBe(false)
  })
})

describe('a signature', () => {
  const body = Buffer.from([0xff, 0x00, 0x7b, 0x7d])
  const sign = (algorithm: string, encoding: 'hex' | 'base64') =>
    createHmac(algorithm, 'key').update(body).digest(encoding)

  it('is checked over the bytes of the body, with the settings of the trigger', () => {
    const github = {
      hmacHeaderName: 'X-Hub-Signature-256',
      hmacSecret: 'key',
      hmacAlgorithm: 'sha256',
      hmacEncoding: 'hex',
      hmacSignaturePrefix: 'sha256=',
    }
    const headers = { 'x-hub-signature-256': `sha256=${sign('sha256', 'hex').toUpperCase()}` }
    expect(authenticate('hmac', github, { headers, rawBody: body })).toBe(true)
    expect(authenticate('hmac', github, { headers, rawBody: Buffer.from('{}') })).toBe(false)
    expect(authenticate('hmac', { ...github, hmacSecret: 'other' }, { headers, rawBody: body })).toBe(false)
    expect(authenticate('hmac', { ...github, hmacSignaturePrefix: 'v0=' }, { headers, rawBody: body })).toBe(false)
    expect(authenticate('hmac', github, { headers })).toBe(false)
    expect(authenticate('hmac', github, { headers: {}, rawBody: body })).toBe(false)
  })

  it('defaults to SHA-256 in hex in x-signature, and may be base64 of another algorithm', () => {
    expect(
      authenticate('hmac', { hmacSecret: 'key' }, { headers: { 'x-signature': sign('sha256', 'hex') }, rawBody: body }),
    ).toBe(true)
    const fields = { hmacSecret: 'key', hmacAlgorithm: 'sha512', hmacEncoding: 'base64' }
    const headers = { 'x-signature': sign('sha512', 'base64') }
    expect(authenticate('hmac', fields, { headers, rawBody: body })).toBe(true)
    expect(authenticate('hmac', { ...fields, hmacAlgorithm: 'md5' }, { headers, rawBody: body })).toBe(false)
  })
})
