import { expect, test } from 'vitest'
import { externalIdOf, freeExternalId } from './external-id.ts'

test('an external id is made of the name of the connection', () => {
  expect(externalIdOf('Shipwell, returns')).toBe('shipwell-returns')
  expect(externalIdOf('Ärger & Café')).toBe('arger-cafe')
  expect(externalIdOf("it's_mine -- ")).toBe('its-mine')
  expect(externalIdOf('漢字')).toBe('connection')
})

test('an id that another connection has gets a number', () => {
  expect(freeExternalId('Mail', new Set())).toBe('mail')
  expect(freeExternalId('Mail', new Set(['mail', 'mail-2']))).toBe('mail-3')
})
