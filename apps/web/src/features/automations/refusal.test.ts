import { ApiError } from '@piecework/sdk'
import i18next from 'i18next'
import { expect, test } from 'vitest'
import automations from '../../locales/en/automations.json' with { type: 'json' }
import { refusalText } from './refusal.ts'

await i18next.init({ lng: 'en', resources: { en: { automations } } })
const t = i18next.getFixedT('en', 'automations')

const refused = (code: string, params: Record<string, unknown>) =>
  new ApiError('POST /flows/1', { status: 409, code, params, text: '', requestId: undefined, retryAfterMs: undefined })

test('a flow that is not ready says which steps, and why', () => {
  const steps = [
    { name: 'call', displayName: 'Call the API', problems: [{ field: 'url', message: 'is missing' }] },
    { name: 'wait', displayName: 'Wait' },
  ]
  expect(refusalText(refused('FLOW_VERSION_INVALID', { steps }), t)).toBe(
    '2 steps incomplete. Call the API: url is missing; Wait',
  )
})

test('other errors are not of this kind', () => {
  expect(refusalText(refused('FLOW_VERSION_INVALID', {}), t)).toBeUndefined()
  expect(refusalText(refused('TRIGGER_UPDATE_STATUS', { steps: [{}] }), t)).toBeUndefined()
  expect(refusalText(new Error('x'), t)).toBeUndefined()
})
