import { describe, expect, it } from 'vitest'
import { setSampleData } from './sample-data.ts'
import { exportTemplate, readTemplate, SharedTemplate } from './template.ts'
import { code, flow, NOW, operate, outline, piece, stepOf } from './testing.ts'

const version = {
  ...flow(piece('a', { auth: "{{connections['mine']}}", old: 'x {{connections.mine}} {{step_1}}' }), code('b')),
  connectionIds: ['mine'],
}
setSampleData(stepOf(version, 'a'), { sampleDataFileId: 'file' })
const author = { firstName: 'Ada', lastName: 'Byron' }
const exported = exportTemplate({ flow: { externalId: 'external' }, version, author, now: NOW })

describe('exportTemplate', () => {
  it('gives a shared template without what ties the flow to its project', () => {
    expect(SharedTemplate.parse(exported)).toEqual(exported)
    expect(exported).toMatchObject({
      name: 'Flow',
      author: 'Ada Byron',
      metadata: { externalId: 'external' },
      pieces: ['webhook', 'mail'],
      type: 'SHARED',
      status: 'PUBLISHED',
      template: { displayName: 'Flow', schemaVersion: '20' },
      created: NOW,
    })
    expect(Object.keys(exported.flows?.[0] ?? {}).toSorted()).toEqual([
      'displayName',
      'notes',
      'schemaVersion',
      'trigger',
      'valid',
    ])
    expect(exported.flows?.[0]?.trigger.nextAction?.settings).toEqual({
      ...piece('a').settings,
      input: { auth: "{{connections['mine']}}", old: 'x  {{step_1}}' },
    })
    expect(stepOf(version, 'a').settings).toHaveProperty('sampleData')
    expect(exportTemplate({ flow: { externalId: 'e' }, version, author: null, now: NOW }).author).toBe('')
  })
})

describe('readTemplate', () => {
  it('reads what was exported, the older form with one template, and a bare flow', () => {
    const file: unknown = JSON.parse(JSON.stringify(exported))
    const [content] = readTemplate(file)
    expect(outline(operate(flow(), 'IMPORT_FLOW', content))).toBe('trigger a b')
    const { displayName, trigger } = version
    for (const older of [{ template: { displayName, trigger } }, { displayName, trigger, schemaVersion: '3' }]) {
      expect(readTemplate(older)).toMatchObject([{ displayName, schemaVersion: '20', notes: [] }])
    }
  })

  it.each([[null], [{ flows: [] }], [{ name: 'x' }], [{ flows: [{ displayName: 'x', trigger: { type: 'NOPE' } }] }]])(
    'says what is wrong with %j',
    (file) => {
      expect(() => readTemplate(file)).toThrow(expect.objectContaining({ name: 'ZodError' }))
    },
  )
})
