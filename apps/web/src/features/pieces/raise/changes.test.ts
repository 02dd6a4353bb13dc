import type { PieceMetadata } from '@piecework/model/piece/metadata'
import type { PropertyMap } from '@piecework/model/piece/property'
import { expect, test } from 'vitest'
import { changesBetween, isBreaking } from './changes.ts'

const action = (name: string, props: PropertyMap = {}) => ({
  ...{ name, displayName: name.toUpperCase(), description: '', props, requireAuth: false },
})
const piece = (actions: ReturnType<typeof action>[], more: Partial<PieceMetadata> = {}): PieceMetadata => ({
  ...{ name: 'p', displayName: 'P', logoUrl: '', description: '', authors: [], version: '1.0.0', triggers: {} },
  actions: Object.fromEntries(actions.map((one) => [one.name, one])),
  ...more,
})
const text = { type: 'SHORT_TEXT', required: true } as const

test('what a step may feel is named, and what is not in use is left out', () => {
  const from = piece([action('send', { to: text, note: text, when: text }), action('drop'), action('odd', { a: text })])
  const to = piece([
    action('send', {
      to: text,
      when: { type: 'DATE_TIME' },
      from: text,
      hint: { type: 'MARKDOWN' },
      cc: { type: 'ARRAY' },
    }),
    action('odd'),
    action('list'),
  ])
  const changes = changesBetween(from, to, new Set(['send', 'drop']))
  expect(changes).toEqual([
    { kind: 'fieldGone', part: 'SEND', field: 'note' },
    { kind: 'fieldType', part: 'SEND', field: 'when', from: 'SHORT_TEXT', to: 'DATE_TIME' },
    { kind: 'fieldRequired', part: 'SEND', field: 'from' },
    { kind: 'fieldAdded', part: 'SEND', field: 'cc' },
    { kind: 'partGone', part: 'DROP' },
    { kind: 'partsNew', parts: ['LIST'] },
  ])
  expect(changes.filter(isBreaking)).toHaveLength(4)
})

test('another way to connect is named; equal versions have no changes', () => {
  const from = piece([action('send')])
  expect(changesBetween(from, from, new Set(['send']))).toEqual([])
  const to = piece([action('send')], { auth: { type: 'SECRET_TEXT' } })
  expect(changesBetween(from, to, new Set(['send']))).toEqual([{ kind: 'auth' }])
})
