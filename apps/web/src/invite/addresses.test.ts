import { expect, test } from 'vitest'
import { readAddresses } from './addresses.ts'

test('addresses are read as people paste them: lines, commas, semicolons, spaces, with names, twice', () => {
  expect(
    readAddresses('ben@example.com, Cyd Charisse <cyd@example.com>;dan@example.com eve@example.com\n\nBEN@example.com'),
  ).toEqual({
    valid: ['BEN@example.com', 'cyd@example.com', 'dan@example.com', 'eve@example.com'],
    invalid: [],
  })
})

test('what is no address is named', () => {
  expect(readAddresses('ben@example.com, ben, eve@localhost')).toEqual({
    valid: ['ben@example.com'],
    invalid: ['ben', 'eve@localhost'],
  })
  expect(readAddresses(' \n ')).toEqual({ valid: [], invalid: [] })
})
