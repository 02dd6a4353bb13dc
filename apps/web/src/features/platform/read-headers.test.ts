import { expect, test } from 'vitest'
import { readHeaders } from './read-headers.ts'

test('headers are read line by line, and the first line that is none is named', () => {
  expect(readHeaders('Authorization: Bearer a:b\n\n X-Team : core ')).toEqual({
    authorization: 'Bearer a:b',
    'x-team': 'core',
  })
  expect(readHeaders('')).toEqual({})
  expect(readHeaders('a: 1\nno header')).toBe(2)
})
