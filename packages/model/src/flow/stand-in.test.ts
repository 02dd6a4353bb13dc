import { expect, it } from 'vitest'
import type { PieceMetadata } from '../piece/metadata.ts'
import type { PropertyMap } from '../piece/property.ts'
import { piece } from './testing.ts'
import { validateStep } from './validity.ts'

const http: PropertyMap = {
  url: { type: 'SHORT_TEXT', required: true },
  authType: { type: 'STATIC_DROPDOWN', required: true, defaultValue: 'NONE', options: { options: [] } },
  body_type: { type: 'STATIC_DROPDOWN', required: false, defaultValue: 'none', options: { options: [] } },
  body: { type: 'DYNAMIC', required: false, refreshers: ['body_type'] },
  failureMode: { type: 'STATIC_DROPDOWN', required: false, options: { options: [] } },
}

/** Judges a step of a version of a piece, where there is version 2.0.0 of it. */
function judged(
  pieceName: string,
  action: string,
  props: PropertyMap,
  input: Record<string, unknown>,
  version = '1.0.0',
) {
  const metadata: PieceMetadata = {
    ...{ name: pieceName, version: '2.0.0', displayName: '', logoUrl: '', description: '', authors: [], triggers: {} },
    actions: { [action]: { name: action, displayName: '', description: '', props, requireAuth: true } },
  }
  const step = piece('p', input)
  const settings = { ...step.settings, pieceName, pieceVersion: version, actionName: action }
  return validateStep({ ...step, settings }, () => ({ metadata, version }))
}
const send = (input: Record<string, unknown>, version?: string) =>
  judged('@activepieces/piece-http', 'send_request', http, input, version)

it('says in the words of the version that there is what a step of another version says, and keeps its own', () => {
  expect(send({ url: 'u', failsafe: true, body: { a: 1 }, junk: 1 })).toEqual({
    valid: true,
    input: {
      ...{ url: 'u', authType: 'NONE', failsafe: true, failureMode: 'continue_all' },
      ...{ body_type: 'json', body: { data: { a: 1 } } },
    },
  })
  const flow: PropertyMap = { flow: { type: 'DROPDOWN', required: true, refreshers: [] } }
  expect(judged('@activepieces/piece-subflows', 'callFlow', flow, { flowId: 'x' })).toEqual({
    valid: true,
    input: { flowId: 'x', flow: { externalId: 'x' } },
  })
})

it('leaves alone what a step says in our words', () => {
  const input = { url: 'u', authType: 'BASIC', body_type: 'raw', body: { data: 'x' }, failureMode: 'retry_all' }
  expect(send(input)).toEqual({ valid: true, input })
  expect(send({ url: 'u', failsafe: false, body: {} }).input).toEqual({
    ...{ url: 'u', failsafe: false, authType: 'NONE', body: {} },
  })
  expect(send({}).valid).toBe(false)
})

it('takes a step of the very version at its word', () => {
  expect(send({ url: 'u', failsafe: true }, '2.0.0')).toEqual({ valid: false, input: { url: 'u' } })
})
