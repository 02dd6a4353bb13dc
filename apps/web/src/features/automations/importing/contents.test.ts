import { expect, test } from 'vitest'
import { connectionsIn, contentsOf } from './contents.ts'

const flow = (displayName: string) => ({ displayName, trigger: { type: 'EMPTY' } })

test('flows are found in every form of an export', () => {
  const forms = [
    { name: 'A', flows: [flow('A'), flow('B')] },
    { template: flow('A') },
    { type: 'IMPORT_FLOW', request: flow('A') },
    { id: 'x', version: flow('A') },
    flow('A'),
    [flow('A'), flow('B')],
  ]
  const names = forms.map((form) => contentsOf(JSON.stringify(form))?.map(({ displayName }) => displayName))
  expect(names).toEqual([['A', 'B'], ['A'], ['A'], ['A'], ['A'], ['A', 'B']])
})

test('what holds no flow is known as such', () => {
  expect(['', 'no JSON', '42', '{}', '{"flows":[]}', '[]'].map(contentsOf)).toEqual(new Array(6).fill(undefined))
})

test('connections are those that the steps name, with the piece that each is for', () => {
  const step = { settings: { pieceName: 'piece-mail', input: { auth: "{{connections['mail']}}" } } }
  const text = { body: "Key {{connections['crm 2']}}" }
  expect(connectionsIn({ trigger: { nextAction: step }, b: [step, text, 'connections'] })).toEqual([
    { externalId: 'mail', pieceName: 'piece-mail' },
    { externalId: 'crm 2' },
  ])
})
