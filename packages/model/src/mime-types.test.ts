import { expect, test } from 'vitest'
import { extensionOf, mimeTypeOf } from './mime-types.ts'

test('an extension says the type, and a type its usual extension', () => {
  expect(['a.JPG', 'b/c.tar.gz', 'd.mp3'].map(mimeTypeOf)).toEqual(['image/jpeg', 'application/gzip', 'audio/mpeg'])
  expect(['image/jpeg', 'audio/mpeg', 'video/quicktime'].map(extensionOf)).toEqual(['jpg', 'mp3', 'mov'])
})

test('what is unknown has no type, also when it is named like a part of objects', () => {
  for (const name of ['x', 'x.unknown', 'x.constructor', 'x.__proto__'])
    expect(mimeTypeOf(name)).toBe('application/octet-stream')
  expect(extensionOf('constructor')).toBeUndefined()
})
