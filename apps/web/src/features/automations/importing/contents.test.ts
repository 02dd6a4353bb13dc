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

test('connections are those that the steps name', () => {
  const auth = "{{connections['mail']}}"
  expect(connectionsIn({ a: { auth }, b: [{ auth }, { auth: "{{connections['crm 2']}}" }, 'connections'] })).toEqual([
    'mail',
    'crm 2',
  ])
})
