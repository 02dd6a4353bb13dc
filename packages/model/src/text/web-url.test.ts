import { expect, test } from 'vitest'
import { z } from 'zod'
import { webUrl } from './web-url.ts'

test.each(['\n', '\r', '\t', '\0', '\u001b', '\u007f', '\u0085'])('an address with %j is refused, by itself', (odd) => {
  for (const text of [`https://example.com/${odd}a`, `${odd}https://example.com`, `https://example.com${odd}`])
    expect(webUrl(/^https$/).safeParse(text).error?.issues).toMatchObject([
      { message: 'must not contain control characters' },
    ])
})

test('other addresses are as they were, and documented as URLs', () => {
  const Url = webUrl(/^https?$/)
  expect(Url.parse('https://example.com/a?b=ü#c')).toBe('https://example.com/a?b=ü#c')
  expect(Url.safeParse('ftp://example.com').error?.issues).toMatchObject([
    { message: 'must be a URL that begins with https://' },
  ])
  expect(z.toJSONSchema(Url)).toMatchObject({ type: 'string', format: 'uri' })
})
