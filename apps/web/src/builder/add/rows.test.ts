import { expect, it } from 'vitest'
import type { ListedPiece } from '../../api/piece-list.ts'
import { rowsOf } from './rows.ts'

const part = (name: string) => ({ name, displayName: name, description: '', props: {}, requireAuth: false })
const piece = (name: string, actions: string[], triggers: string[] = []): ListedPiece => ({
  ...{ name, displayName: name, logoUrl: '', description: '', authors: [] },
  version: '1.0.0',
  actions: actions.map(part),
  triggers: triggers.map((trigger) => ({ ...part(trigger), type: 'WEBHOOK' as const })),
})
const pieces = [piece('http', ['send_request']), piece('webhook', ['return_response'], ['catch_webhook'])]
const textOf = (type: string) => ({ name: type, help: type === 'CODE' ? 'runs typescript' : '' })
const base = {
  pieces,
  wants: 'action' as const,
  search: '',
  textOf,
  recent: [],
  used: new Set<string>(),
  within: undefined,
}
const ids = (more: Partial<Parameters<typeof rowsOf>[0]>) => rowsOf({ ...base, ...more }).map(({ id }) => id)

it('shows what was used, the built-in steps and the pieces', () => {
  expect(ids({})).toEqual(['CODE', 'LOOP_ON_ITEMS', 'ROUTER', 'http', 'webhook'])
  expect(ids({ recent: ['http/send_request', 'gone/x'] })[0]).toBe('http/send_request')
})

it('shows triggers alone where a trigger is wanted', () => {
  expect(ids({ wants: 'trigger' })).toEqual(['webhook'])
  expect(ids({ wants: 'trigger', within: 'webhook' })).toEqual(['webhook/catch_webhook'])
})

it('shows what a search finds as steps that can be added at once', () => {
  expect(ids({ search: 'co' })).toEqual(['CODE', 'http/send_request', 'webhook/return_response'])
})

it('puts a step of a piece that the flow uses before one of another piece that fits as well', () => {
  const both = [piece('subflows', ['return_response']), ...pieces]
  expect(ids({ search: 'return', pieces: both })[0]).toBe('subflows/return_response')
  expect(ids({ search: 'return', pieces: both, used: new Set(['webhook']) })[0]).toBe('webhook/return_response')
})

it('puts words that names have before words that only descriptions have', () => {
  expect(ids({ search: 'send' })[0]).toBe('http/send_request')
  expect(ids({ search: 'ROUT', pieces: [piece('mail', ['reroute']), ...pieces] })).toEqual([
    'ROUTER',
    'mail/reroute',
    'http/send_request',
    'webhook/return_response',
  ])
  expect(ids({ search: 'typescript', pieces: [piece('typescript', ['run']), piece('mail', ['send'])] })).toEqual([
    'typescript/run',
    'CODE',
    'mail/send',
  ])
})
