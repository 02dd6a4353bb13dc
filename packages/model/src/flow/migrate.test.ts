import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agentToolName } from './agent-tool.ts'
import { FlowVersion } from './flow.ts'
import { FlowContent, migrate } from './migrate.ts'
import { code, flow, loop, NOW, operate, outline, piece, stepOf, webhook } from './testing.ts'

const step = (settings: Record<string, unknown>, type = 'PIECE') => ({
  type,
  name: 'step_1',
  displayName: 'Step',
  settings,
})
const migrated = (schemaVersion: string | null, action: unknown) => {
  const content = { displayName: 'x', schemaVersion, trigger: { ...webhook(), nextAction: action } }
  return stepOf(operate(flow(), 'IMPORT_FLOW', content), 'step_1')
}

describe('migrations', () => {
  it('no version: a branch becomes a router, its branches the children', () => {
    const conditions = [[{ firstValue: '{{trigger.a}}', operator: 'TEXT_CONTAINS', secondValue: 'b' }]]
    const branch = {
      ...step({ conditions, inputUiInfo: {} }, 'BRANCH'),
      onSuccessAction: { ...code('yes'), nextAction: { ...step({ conditions: [] }, 'BRANCH'), name: 'inner' } },
      nextAction: code('next'),
    }
    const version = operate(flow(), 'IMPORT_FLOW', { displayName: 'x', trigger: { ...webhook(), nextAction: branch } })
    expect(outline(version)).toBe('trigger step_1(yes inner(|)|) next')
    expect(stepOf(version, 'step_1').settings).toEqual({
      executionType: 'EXECUTE_FIRST_MATCH',
      branches: [
        { branchType: 'CONDITION', branchName: 'Branch 1', conditions },
        { branchType: 'FALLBACK', branchName: 'Otherwise' },
      ],
    })
  })

  it.each([
    [{ status: 201, headers: { a: 'b' }, body_type: 'json', body: { data: { x: 1 } } }, 'json', { x: 1 }],
    [{ status: 201, headers: { a: 'b' }, body_type: 'raw', body: { data: 'text' } }, 'raw', 'text'],
    [{ status: 201, headers: { a: 'b' }, body: '{{step_2}}' }, 'json', '{{step_2}}'],
  ])('5: the response of the HTTP piece %j moves to the webhook piece', (input, responseType, body) => {
    const action = step({
      ...piece('').settings,
      pieceName: '@activepieces/piece-http',
      actionName: 'return_response',
      input,
    })
    expect(migrated('5', action).settings).toMatchObject({
      pieceName: '@activepieces/piece-webhook',
      pieceVersion: '0.1.20',
      actionName: 'return_response',
      input: { respond: 'stop', responseType, fields: { status: 201, headers: { a: 'b' }, body } },
      propertySettings: { fields: { type: 'MANUAL', schema: { body: { required: true } } } },
    })
  })

  it('6: inputUiInfo becomes property settings and sample data, the logo goes into the settings', () => {
    const { propertySettings: _, ...settings } = piece('', { a: 1, b: '{{x}}' }).settings
    const inputUiInfo = { customizedInputs: { b: true }, schema: { c: { d: 1 } }, sampleDataFileId: 'file' }
    const content = {
      displayName: 'x',
      schemaVersion: '6',
      trigger: { ...webhook(), nextAction: { ...step({ ...settings, inputUiInfo }), customLogoUrl: 'logo' } },
    }
    expect(FlowContent.parse(content).trigger.nextAction?.settings).toEqual({
      ...settings,
      customLogoUrl: 'logo',
      sampleData: { sampleDataFileId: 'file' },
      propertySettings: { a: { type: 'MANUAL' }, b: { type: 'DYNAMIC' }, c: { type: 'MANUAL', schema: { d: 1 } } },
    })
  })

  it('pieces that were merged, pinned or renamed', () => {
    const of = (pieceName: string, more: Record<string, unknown> = {}) =>
      step({ ...piece('').settings, pieceName, ...more })
    expect(migrated('4', of('@activepieces/piece-agent', { pieceVersion: '^0.1.9' })).settings).toMatchObject({
      pieceVersion: '0.2.4',
    })
    expect(migrated('9', of('@activepieces/piece-text-ai', { pieceVersion: '0.3.0' })).settings).toMatchObject({
      pieceName: '@activepieces/piece-ai',
      pieceVersion: '0.0.4',
      actionName: 'send',
    })
    expect(migrated(null, of('@activepieces/piece-ai', { pieceVersion: '0.10.0' })).settings).toMatchObject({
      pieceVersion: '0.10.0',
    })
    expect(migrated('19', of('mail', { pieceVersion: '~1.2.3' })).settings).toMatchObject({ pieceVersion: '1.2.3' })
  })

  it('14 to 17: an agent has one value for its model, and tools named by rule', () => {
    const tool = {
      type: 'PIECE',
      toolName: 'x',
      pieceMetadata: { pieceName: '@activepieces/piece-google-sheets', actionName: 'insert_row' },
    }
    const action = step({
      ...piece('').settings,
      pieceName: '@activepieces/piece-ai',
      pieceVersion: '0.0.4',
      actionName: 'run_agent',
      input: { provider: 'openai', model: 'gpt', agentTools: [tool, { type: 'FLOW', toolName: 'My Flow!' }] },
    })
    expect(migrated('14', action).settings).toMatchObject({
      pieceVersion: '0.1.0',
      input: {
        aiProviderModel: { provider: 'openai', model: 'gpt' },
        agentTools: [{ toolName: agentToolName('google-sheets-insert_row') }, { toolName: agentToolName('My Flow!') }],
      },
    })
  })

  it('leaves content of the newest schema alone, also when nobody said that it is', () => {
    const { displayName, trigger, notes } = flow(loop('l', [code('a')]), piece('p', { a: 1 }))
    for (const schemaVersion of ['20', null, 20, '0']) {
      expect(migrate({ displayName, trigger, notes, schemaVersion }).content).toEqual({
        displayName,
        trigger,
        notes,
        schemaVersion: '20',
      })
    }
  })

  it('migrates a whole stored version', () => {
    const old = { ...flow({ ...piece('p'), lastUpdatedDate: '' }), schemaVersion: '13', notes: undefined }
    expect(FlowVersion.parse(migrate(old, NOW).content)).toMatchObject({
      id: 'version',
      schemaVersion: '20',
      notes: [],
    })
  })

  it('never fails on odd JSON, and never changes what it was given', () => {
    const odd = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 6 }, fc.jsonValue({ maxDepth: 1 }), tie('step')),
      step: fc.record(
        {
          type: fc.constantFrom('BRANCH', 'PIECE', 'ROUTER', 'LOOP_ON_ITEMS', 7),
          settings: fc.oneof(
            fc.jsonValue({ maxDepth: 2 }),
            fc.record({
              pieceName: fc.constantFrom('@activepieces/piece-http', '@activepieces/piece-ai', 3),
              actionName: fc.constantFrom('return_response', 'run_agent'),
              input: fc.oneof(fc.jsonValue(), fc.constant({ agentTools: [null, { toolName: 3 }], body: null })),
              inputUiInfo: fc.jsonValue(),
              pieceVersion: fc.constantFrom('^1.0.0', 1),
            }),
          ),
          nextAction: tie('value'),
          onSuccessAction: tie('value'),
          children: fc.oneof(fc.array(tie('value')), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
    }))
    fc.assert(
      fc.property(odd.value, fc.constantFrom(null, '0', '5', '14', '20', '23'), (trigger, schemaVersion) => {
        const content = { displayName: 'x', trigger, schemaVersion }
        const before = JSON.stringify(content)
        FlowContent.safeParse(content)
        expect(JSON.stringify(content)).toBe(before)
      }),
      { numRuns: 300 },
    )
  })

  it('refuses an import with texts that are too long, by their fields, and reads what is stored', () => {
    const long = 'x'.repeat(2000)
    const content = {
      displayName: long,
      schemaVersion: '20',
      notes: [{ content: 'x'.repeat(50_001) }],
      trigger: {
        ...webhook(),
        nextAction: {
          ...loop(`a${'b'.repeat(255)}`),
          nextAction: {
            ...{ type: 'ROUTER', name: 'r', displayName: long, children: [] },
            settings: {
              branches: [{ branchType: 'FALLBACK', branchName: long }],
              executionType: 'EXECUTE_FIRST_MATCH',
            },
          },
        },
      },
    }
    const found = FlowContent.safeParse(content)
      .error?.issues.map(({ message }) => message)
      .join('\n')
    for (const field of [
      'displayName',
      'content of note 1',
      'name of step a',
      'displayName of step r',
      'branchName of step r',
    ])
      expect(found).toContain(`${field}`)
    expect(found).toContain('displayName must have at most 1000 characters, and has 2000')
    expect(FlowVersion.parse(migrate({ ...flow(), displayName: long }).content).displayName).toBe(long)
  })

  it('refuses an import with more expressions than can be read in time, before it reads them', () => {
    const input = { text: '{{step_1.a}} '.repeat(200_000) }
    const trigger = {
      ...webhook(),
      nextAction: { ...code('step_1'), nextAction: { ...code('step_1'), settings: { input } } },
    }
    const begun = performance.now()
    const { error } = FlowContent.safeParse({ displayName: 'x', schemaVersion: '20', trigger })
    expect(error?.issues.map(({ message }) => message).join()).toContain(
      'at most 20000 expressions ({{ }}), and have 200000',
    )
    expect(performance.now() - begun).toBeLessThan(500)
  })

  it('refuses a tree that is too deep before it descends into it', () => {
    const trigger: Record<string, unknown> = { ...webhook() }
    let last = trigger
    for (let i = 0; i < 20_000; i++) {
      const next = step({}, 'BRANCH')
      last.onSuccessAction = next
      last = next
    }
    const result = FlowContent.safeParse({ displayName: 'x', trigger, notes: [] })
    expect(result.error?.issues).toMatchObject([
      { path: ['trigger'], message: expect.stringContaining('500 steps deep') },
    ])
  })
})

it('tool names are safe, at most 64 long, and differ when their texts do', () => {
  const name = agentToolName(`Été & Co: ${'x'.repeat(80)}1`)
  expect(name).toMatch(/^[a-z0-9_-]{1,64}$/)
  expect(name).not.toBe(agentToolName(`Été & Co: ${'x'.repeat(80)}2`))
  expect(agentToolName('gmail-send_email')).toMatch(/^gmail-send_email_[0-9a-z]{6}_mcp$/)
})
