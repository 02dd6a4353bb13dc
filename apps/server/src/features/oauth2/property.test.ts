import { expect, test } from 'vitest'
import { oauth2PropertyOf } from './property.ts'

test('the connection of a piece of the first generation is among the inputs of its actions', () => {
  const auth = { type: 'OAUTH2' as const, authUrl: 'https://x.test/a', tokenUrl: 'https://x.test/t', scope: ['read'] }
  const send = { name: 'send', displayName: 'Send', description: '', requireAuth: true }
  const piece = { name: 'mail', displayName: 'Mail', logoUrl: '', description: '', authors: [], version: '0.2.0' }
  const actions = { send: { ...send, props: { to: { type: 'SHORT_TEXT' as const }, authentication: auth } } }
  expect(oauth2PropertyOf({ ...piece, actions, triggers: {} })).toMatchObject({ authUrl: 'https://x.test/a' })
  expect(() => oauth2PropertyOf({ ...piece, actions: {}, triggers: {} })).toThrow('has no connections by OAuth2')
})
