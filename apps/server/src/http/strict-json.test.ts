import { expect, test } from 'vitest'
import { endlessNumber, hasFewNames } from './strict-json.ts'

test.each([
  ['{"a":1,"b":2}', true],
  ['{"a":1,"b":2,"c":3}', false],
  ['[{"a":1,"b":2},{"a":1,"b":2}]', true],
  ['{"a" : {"b"\n:1},"c":{}}', false],
  ['["a:","b:","c:","\\"x\\":"]', true],
  ['{"a\\"":1,"b":{"\\\\":1}}', false],
])('names are counted once each, and not in texts: %s', (text, isFew) => {
  expect(hasFewNames(text, 2)).toBe(isFew)
})

test('a number that is too large is found at its place', () => {
  expect(endlessNumber(JSON.parse('{"a":[1,{"b":-1e999}]}'))).toBe('body/a/1/b')
  expect(endlessNumber({ a: [1, { b: 1e308 }], c: null })).toBeUndefined()
})
