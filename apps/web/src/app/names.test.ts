import { expect, test } from 'vitest'
import { fileName, freeName } from './names.ts'

test('a new name is one that nothing has yet', () => {
  expect(freeName('Untitled', [])).toBe('Untitled')
  expect(freeName('Untitled', ['untitled', 'Untitled 2', 'Other'])).toBe('Untitled 3')
})

test('a name becomes a file name on every system', () => {
  expect(fileName('Orders: in/out <1>')).toBe('Orders in out 1')
  expect(fileName('../..')).toBe('automation')
  expect(fileName('Müller & Söhne')).toBe('Müller & Söhne')
})
