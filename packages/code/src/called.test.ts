import type { FlowVersion } from '@piecework/model/flow/flow'
import { flow, NOW, piece, stepOf } from '@piecework/model/flow/testing'
import { expect, it } from 'vitest'
import { SUBFLOWS } from './called.ts'
import { writeFiles } from './export/files.ts'
import { readFlow } from './import/content.ts'

/** The modules of flows that are called, as text; test/code-export-subflows.test.ts runs them. */

function calls(name: string, externalId: string): ReturnType<typeof piece> {
  const step = piece(name, { flow: { externalId }, mode: 'simple', flowProps: { payload: { a: '{{trigger.x}}' } } })
  return { ...step, settings: { ...step.settings, pieceName: SUBFLOWS, actionName: 'callFlow' } }
}
const named = (displayName: string, ...steps: Parameters<typeof flow>): FlowVersion => ({
  ...flow(...steps),
  displayName,
})

const called = new Map([
  ['own', named('Main')],
  ['one', named('Orders of today', calls('back', 'own'), calls('other', 'two'))],
  ['two', named('Orders (of) today!')],
])
const version = named('Main', calls('first', 'one'), calls('second', 'two'), calls('third', 'gone'))
const { files } = writeFiles({ version, externalId: 'own', called }, () => true)
const main = files.get('main.ts') ?? ''
const read = async (text: string) => {
  const { trigger } = await readFlow(new Map([...files, ['main.ts', text]]), NOW)
  return { ...version, trigger }
}

it('each flow that is called has a folder of its own, and the flow itself is called by its file', () => {
  expect([...files.keys()].filter((path) => path.endsWith('main.ts'))).toEqual([
    ...['main.ts', 'flows/orders-of-today/main.ts', 'flows/orders-of-today-2/main.ts'],
  ])
  expect(files.get('flows/orders-of-today/main.ts')).toContain("() => import('../../main.ts')")
  expect(main).toContain("() => import('./flows/orders-of-today-2/main.ts')")
  // A flow that nobody published fails when it is called.
  expect(main).toMatch(/third = await piece\(/)
})

it('another flow comes back when its import and its external id are changed, and not when one alone is', async () => {
  expect((await read(main)).trigger).toEqual(version.trigger)
  const other = main.replace('./flows/orders-of-today/main.ts', './flows/orders-of-today-2/main.ts')
  await expect(read(other)).rejects.toMatchObject({
    ...{ file: 'main.ts', line: other.split('\n').findIndex((line) => line.includes('today-2')) + 1 },
    reason: "flows/orders-of-today-2/main.ts is the flow 'two', and the input names 'one': change both.",
  })
  const both = other.replace("externalId: 'one'", "externalId: 'two'")
  expect(stepOf(await read(both), 'first').settings).toMatchObject({ input: { flow: { externalId: 'two' } } })
  const none = main.replace("() => import('./flows/orders-of-today/main.ts')", "'./flows/orders-of-today/main.ts'")
  await expect(read(none)).rejects.toMatchObject({ reason: expect.stringContaining('The called flow is written as') })
})
