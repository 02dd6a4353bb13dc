import { expect, test } from 'vitest'
import { fillText, fillUrl } from './placeholders.ts'

const declared = {
  region: {
    type: 'STATIC_DROPDOWN' as const,
    options: {
      options: [
        { label: 'EU', value: 'accounts.example.eu' },
        { label: 'US', value: 'accounts.example.com' },
      ],
    },
  },
  shop: { type: 'SHORT_TEXT' as const },
  tenant: { type: 'SHORT_TEXT' as const, defaultValue: 'common' },
}
const fill = (template: string, props = {}) => {
  const { url, freeHost } = fillUrl(template, declared, props)
  return [url.href, freeHost]
}

test('properties are filled in, with their defaults, wherever they stand', () => {
  expect(fill('https://login.example.com/{tenant}/token')).toEqual(['https://login.example.com/common/token', false])
  expect(fill('https://{shop}.example.com/token?t={tenant}', { shop: 'my-shop', tenant: 'a b' })).toEqual([
    'https://my-shop.example.com/token?t=a%20b',
    false,
  ])
  expect(fill('https://{region}/token', { region: 'accounts.example.eu' })).toEqual([
    'https://accounts.example.eu/token',
    false,
  ])
  expect(fillText('read {tenant}/send {unknown}', declared, { tenant: 'x' })).toBe('read x/send ')
})

test('a URL whose host the user typed in is marked, also when they typed all of it', () => {
  expect(fill('https://{shop}/token', { shop: 'git.example.com:8443/gitlab' })).toEqual([
    'https://git.example.com:8443/gitlab/token',
    true,
  ])
  expect(fill('{shop}', { shop: 'http://localhost:9000/token' })).toEqual(['http://localhost:9000/token', true])
})

test.each([
  ['https://{shop}.example.com/token', { shop: 'evil.com/' }],
  ['https://{shop}.example.com/token', { shop: 'evil.com#' }],
  ['https://{shop}.example.com/token', { shop: 'evil.com\\' }],
  ['https://{shop}.example.com/token', { shop: 'x@evil.com' }],
  ['https://{shop}/token', { shop: 'good.com@evil.com' }],
  ['https://{shop}/token', { shop: 'evil.com?' }],
  ['https://api.example.com:{shop}/token', { shop: '80@evil.com' }],
  ['https://{shop}.example.com/token', {}],
  ['https://{shop}.example.com/token', { shop: { a: 1 } }],
])('%s is not filled with %o', (template, props) => {
  expect(() => fill(template, props)).toThrow(/props\/shop/)
})

test.each(['file:///etc/passwd', 'https://me:secret@example.com/', 'nowhere'])('%s is no URL to call', (shop) => {
  expect(() => fill('{shop}', { shop })).toThrow(/not an http or https URL/)
})

test('only what the piece offers can be chosen', () => {
  expect(() => fill('https://{region}/token', { region: 'evil.com' })).toThrow(/props\/region: must be one of/)
})
