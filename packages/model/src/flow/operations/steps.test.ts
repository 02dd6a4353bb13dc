import { describe, expect, it } from 'vitest'
import { setSampleData } from '../sample-data.ts'
import { code, flow, loop, NOW, operate, outline, piece, router, stepOf, THEN, webhook } from '../testing.ts'
import { FlowOperation } from './registry.ts'

const add = (parentStep: string, name: string, place: Record<string, unknown> = {}) => ({
  parentStep,
  ...place,
  action: { ...code(name), nextAction: code('ignored'), lastUpdatedDate: 'ignored' },
})
const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'FLOW_OPERATION_INVALID', message: expect.stringMatching(message) })

it('refuses texts that are too long, by their fields', () => {
  const long = 'x'.repeat(1001)
  const branch = { branchType: 'FALLBACK', branchName: long }
  const settings = { branches: [branch], executionType: 'EXECUTE_FIRST_MATCH' }
  for (const [type, request, path] of [
    [
      'ADD_ACTION',
      { parentStep: 'trigger', action: { ...code('a'), displayName: long } },
      'request.action.displayName',
    ],
    ['UPDATE_ACTION', { ...code('a'.repeat(256)) }, 'request.name'],
    [
      'UPDATE_ACTION',
      { type: 'ROUTER', name: 'r', displayName: 'R', settings },
      'request.settings.branches.0.branchName',
    ],
    ['UPDATE_ACTION', { ...loop('l'), settings: { items: '{{a}}'.repeat(20_001) } }, 'request.settings'],
    ['CHANGE_NAME', { displayName: long }, 'request.displayName'],
    ['ADD_BRANCH', { stepName: 'r', branchIndex: 0, branchName: long }, 'request.branchName'],
  ] as const) {
    const issues = FlowOperation.safeParse({ type, request }).error?.issues
    expect(issues?.map((issue) => issue.path.join('.'))).toContain(path)
  }
  const version = flow({ ...code('a'), displayName: 'x'.repeat(1000) })
  const copied = operate(version, 'DUPLICATE_ACTION', { stepName: 'a' })
  expect(stepOf(copied, 'step_1').displayName).toMatch(/^x{995} Copy$/)
})

describe('ADD_ACTION', () => {
  it('puts the step at the given place, and the step that was there after it', () => {
    const version = flow(code('a'), loop('l', [code('b')]), router('r', [[code('c')], []]))
    expect(outline(operate(version, 'ADD_ACTION', add('trigger', 'n')))).toBe('trigger n a l(b) r(c|)')
    expect(outline(operate(version, 'ADD_ACTION', add('a', 'n')))).toBe('trigger a n l(b) r(c|)')
    // Only loops and routers have an inside.
    const odd = add('a', 'n', { stepLocationRelativeToParent: 'INSIDE_LOOP' })
    expect(outline(operate(version, 'ADD_ACTION', odd))).toBe('trigger a n l(b) r(c|)')
    const inLoop = add('l', 'n', { stepLocationRelativeToParent: 'INSIDE_LOOP' })
    expect(outline(operate(version, 'ADD_ACTION', inLoop))).toBe('trigger a l(n b) r(c|)')
    const afterLoop = add('l', 'n', { stepLocationRelativeToParent: 'AFTER' })
    expect(outline(operate(version, 'ADD_ACTION', afterLoop))).toBe('trigger a l(b) n r(c|)')
    const inBranch = (branchIndex: number) =>
      add('r', 'n', { stepLocationRelativeToParent: 'INSIDE_BRANCH', branchIndex })
    expect(outline(operate(version, 'ADD_ACTION', inBranch(0)))).toBe('trigger a l(b) r(n c|)')
    expect(outline(operate(version, 'ADD_ACTION', inBranch(1)))).toBe('trigger a l(b) r(c|n)')
  })

  it.each([
    ['an unknown parent', add('ghost', 'n'), /parent step ghost does not exist/],
    ['a name that is taken', add('a', 'l'), /already a step named l/],
    ['a loop without a location', add('l', 'n'), /INSIDE_LOOP or AFTER/],
    [
      'a branch of a loop',
      add('l', 'n', { stepLocationRelativeToParent: 'INSIDE_BRANCH', branchIndex: 0 }),
      /INSIDE_LOOP/,
    ],
    [
      'the inside of a router',
      add('r', 'n', { stepLocationRelativeToParent: 'INSIDE_LOOP' }),
      /INSIDE_BRANCH or AFTER/,
    ],
    ['no branch', add('r', 'n', { stepLocationRelativeToParent: 'INSIDE_BRANCH' }), /branchIndex is needed/],
    [
      'a branch too far',
      add('r', 'n', { stepLocationRelativeToParent: 'INSIDE_BRANCH', branchIndex: 2 }),
      /out of range/,
    ],
  ])('refuses %s', (_, request, message) => {
    const version = flow(code('a'), loop('l'), router('r', [[], []]))
    expect(() => operate(version, 'ADD_ACTION', request)).toThrow(refusal(message))
  })

  it('gives a router one empty child per branch, pins piece versions and drops what belongs to the server', () => {
    let version = operate(flow(), 'ADD_ACTION', {
      parentStep: 'trigger',
      action: { ...router('r', [[], [], []]), children: undefined },
    })
    expect(stepOf(version, 'r')).toMatchObject({ children: [null, null, null], lastUpdatedDate: NOW })
    const settings = { ...piece('p').settings, pieceVersion: '^1.2.3', sampleData: { sampleDataFileId: 'theirs' } }
    version = operate(version, 'ADD_ACTION', { parentStep: 'trigger', action: { ...piece('p'), settings } })
    expect(stepOf(version, 'p').settings).toEqual({ ...piece('p').settings, pieceVersion: '1.2.3' })
  })

  it('names the fields of a malformed request', () => {
    const result = FlowOperation.safeParse({
      type: 'ADD_ACTION',
      request: { action: { ...piece('p'), name: '1', settings: { ...piece('p').settings, pieceVersion: 'latest' } } },
    })
    expect(result.error?.issues.map((issue) => issue.path.join('.')).toSorted()).toEqual([
      'request.action.name',
      'request.action.settings.pieceVersion',
      'request.parentStep',
    ])
    expect(FlowOperation.safeParse({ type: 'ADD_STEP', request: {} }).error?.issues[0]).toMatchObject({
      path: ['type'],
      message: 'unknown operation type',
    })
  })

  it('removes NUL characters, also from keys', () => {
    const action = { ...code('n', { 'a\0': ['b\0', { c: '\0' }] }), displayName: 'N\0' }
    const version = operate(flow(), 'ADD_ACTION', { parentStep: 'trigger', action })
    expect(stepOf(version, 'n')).toMatchObject({ displayName: 'N', settings: { input: { a: ['b', { c: '' }] } } })
  })

  it('refuses a flow that is too deep to be stored', () => {
    const steps = Array.from({ length: 499 }, (_, index) => code(`s${index}`))
    expect(() => operate(flow(...steps), 'ADD_ACTION', add('s498', 'n'))).toThrow(refusal(/500 steps deep/))
  })
})

describe('UPDATE_ACTION', () => {
  const sampled = (version = flow(loop('l', [code('b')]), code('a'))) => {
    setSampleData(stepOf(version, 'l'), { sampleDataFileId: 'file' })
    return version
  }

  it('replaces the settings and keeps what hangs on the step, its sample data and its place', () => {
    const version = operate(sampled(), 'UPDATE_ACTION', { ...loop('l', [], '{{trigger.other}}'), displayName: 'New' })
    expect(outline(version)).toBe('trigger l(b) a')
    expect(stepOf(version, 'l')).toMatchObject({
      displayName: 'New',
      lastUpdatedDate: NOW,
      settings: { items: '{{trigger.other}}', sampleData: { sampleDataFileId: 'file' } },
    })
  })

  it('keeps neither body nor sample data when the type changes', () => {
    const version = operate(sampled(), 'UPDATE_ACTION', router('l', [[], []]))
    expect(outline(version)).toBe('trigger l(|) a')
    expect(stepOf(version, 'l').settings).not.toHaveProperty('sampleData')
  })

  it('keeps the children of a router in line with its branches, and loses none', () => {
    const version = flow(router('r', [[code('a')], [code('b')]]))
    expect(outline(operate(version, 'UPDATE_ACTION', router('r', [[], [], []])))).toBe('trigger r(a|b|)')
    expect(() => operate(version, 'UPDATE_ACTION', router('r', [[]]))).toThrow(refusal(/DELETE_BRANCH/))
  })

  it('keeps a skipped step skipped unless the update says otherwise', () => {
    const version = flow({ ...code('a'), skip: true })
    expect(stepOf(operate(version, 'UPDATE_ACTION', code('a')), 'a')).toMatchObject({ skip: true })
    expect(stepOf(operate(version, 'UPDATE_ACTION', { ...code('a'), skip: false }), 'a')).toMatchObject({ skip: false })
  })

  it('refuses steps that do not exist and the trigger', () => {
    expect(() => operate(flow(), 'UPDATE_ACTION', code('a'))).toThrow(refusal(/step a does not exist/))
    expect(() => operate(flow(), 'UPDATE_ACTION', code('trigger'))).toThrow(refusal(/is the trigger/))
  })
})

describe('DELETE_ACTION', () => {
  it('closes the gap and takes along what is inside', () => {
    const version = flow(
      code('a'),
      loop('l', [code('b'), code('c')]),
      router('r', [[code('d'), code('e')], []]),
      code('z'),
    )
    expect(outline(operate(version, 'DELETE_ACTION', { names: ['b'] }))).toBe('trigger a l(c) r(d e|) z')
    expect(outline(operate(version, 'DELETE_ACTION', { names: ['l', 'b', 'd'] }))).toBe('trigger a r(e|) z')
    expect(outline(operate(version, 'DELETE_ACTION', { names: ['a', 'l', 'r', 'z', 'a'] }))).toBe('trigger')
    expect(() => operate(version, 'DELETE_ACTION', { names: ['a', 'ghost'] })).toThrow(refusal(/ghost does not exist/))
    expect(() => operate(version, 'DELETE_ACTION', { names: ['trigger'] })).toThrow(refusal(/is the trigger/))
  })
})

describe('MOVE_ACTION', () => {
  const version = flow(code('a'), loop('l', [code('b'), code('c')]), router('r', [[], []]), code('z'))
  const move = (name: string, newParentStep: string, place: Record<string, unknown> = {}) =>
    operate(version, 'MOVE_ACTION', { name, newParentStep, ...place })

  it('takes the step with what is inside it to its new place', () => {
    const intoBranch = { stepLocationRelativeToNewParent: 'INSIDE_BRANCH', branchIndex: 1 }
    expect(outline(move('l', 'r', intoBranch))).toBe('trigger a r(|l(b c)) z')
    expect(outline(move('b', 'trigger'))).toBe('trigger b a l(c) r(|) z')
    expect(outline(move('a', 'l', { stepLocationRelativeToNewParent: 'INSIDE_LOOP' }))).toBe('trigger l(a b c) r(|) z')
    expect(outline(move('b', 'c'))).toBe('trigger a l(c b) r(|) z')
  })

  it('refuses to move a step into or after itself', () => {
    expect(() => move('l', 'l', { stepLocationRelativeToNewParent: 'INSIDE_LOOP' })).toThrow(refusal(/itself/))
    expect(() => move('l', 'c')).toThrow(refusal(/itself/))
    expect(() => move('trigger', 'a')).toThrow(refusal(/is the trigger/))
    expect(() => move('a', 'ghost')).toThrow(refusal(/ghost does not exist/))
  })
})

describe('DUPLICATE_ACTION', () => {
  it('copies a step with what is inside it, under free names, with references between the copies', () => {
    const inner = router(
      'step_3',
      [[code('step_4', { text: 'x {{ step_1.item }} step_1', same: "{{step_2.step_1['step_1']}}" })], []],
      '{{step_1.item}}',
    )
    const version = flow(loop('step_1', [inner], '{{step_2}}'), code('step_2', { later: '{{step_1}}' }))
    const copied = operate(version, 'DUPLICATE_ACTION', { stepName: 'step_1' })
    expect(outline(copied)).toBe('trigger step_1(step_3(step_4|)) step_5(step_6(step_7|)) step_2')
    expect(stepOf(copied, 'step_5')).toMatchObject({ displayName: 'step_1 Copy', settings: { items: '{{step_2}}' } })
    expect(stepOf(copied, 'step_6')).toMatchObject({
      settings: { branches: [{ conditions: [[{ firstValue: '{{step_5.item}}' }]] }, {}] },
    })
    expect(stepOf(copied, 'step_7').settings).toMatchObject({
      input: { text: 'x {{ step_5.item }} step_1', same: "{{step_2.step_1['step_1']}}" },
    })
    expect(stepOf(copied, 'step_2').settings).toMatchObject({ input: { later: '{{step_1}}' } })
  })

  it('copies no sample data', () => {
    const version = flow(code('step_1'))
    setSampleData(stepOf(version, 'step_1'), { sampleDataFileId: 'file' })
    const copied = operate(version, 'DUPLICATE_ACTION', { stepName: 'step_1' })
    expect(stepOf(copied, 'step_2').settings).not.toHaveProperty('sampleData')
  })
})

describe('SET_SKIP_ACTION', () => {
  it('makes a flow valid whose invalid step is skipped', () => {
    const version = flow({ ...code('a'), valid: false }, code('b'))
    const skipped = operate(version, 'SET_SKIP_ACTION', { names: ['a', 'b'], skip: true })
    expect(skipped.valid).toBe(true)
    expect(operate(skipped, 'SET_SKIP_ACTION', { names: ['a'], skip: false }).valid).toBe(false)
    expect(() => operate(version, 'SET_SKIP_ACTION', { names: ['trigger'], skip: true })).toThrow(refusal(/trigger/))
  })
})

describe('UPDATE_TRIGGER', () => {
  const sampled = () => {
    const version = flow(code('a'))
    setSampleData(version.trigger, { sampleDataFileId: 'file' })
    return version
  }

  it('keeps the steps, and the sample data while it is the same trigger', () => {
    const same = operate(sampled(), 'UPDATE_TRIGGER', { ...webhook(), displayName: 'Hook' })
    expect(outline(same)).toBe('trigger a')
    expect(same.trigger).toMatchObject({ displayName: 'Hook', settings: { sampleData: { sampleDataFileId: 'file' } } })
    const settings = { ...webhook().settings, triggerName: 'other' }
    expect(operate(sampled(), 'UPDATE_TRIGGER', { ...webhook(), settings }).trigger.settings).not.toHaveProperty(
      'sampleData',
    )
  })

  it('can empty the trigger, which makes the flow invalid', () => {
    const version = operate(sampled(), 'UPDATE_TRIGGER', {
      type: 'EMPTY',
      name: 'trigger',
      displayName: 'Select',
      settings: {},
      valid: true,
    })
    expect(version).toMatchObject({ valid: false, trigger: { type: 'EMPTY', valid: false } })
    expect(outline(version)).toBe('trigger a')
    expect(() => operate(sampled(), 'UPDATE_TRIGGER', { ...webhook(), name: 'a' })).toThrow(
      refusal(/already a step named a/),
    )
  })
})

describe('sample data', () => {
  it('is pointed at file by file, and cleared as a whole', () => {
    const request = (sampleDataSettings: unknown) => ({ stepName: 'a', sampleDataSettings })
    let version = operate(flow(code('a')), 'UPDATE_SAMPLE_DATA_INFO', request({ sampleDataFileId: 'out' }))
    version = operate(version, 'UPDATE_SAMPLE_DATA_INFO', request({ sampleDataInputFileId: 'in' }))
    expect(stepOf(version, 'a').settings).toMatchObject({
      sampleData: { sampleDataFileId: 'out', sampleDataInputFileId: 'in', lastTestDate: NOW },
    })
    version = operate(version, 'UPDATE_SAMPLE_DATA_INFO', request(null))
    expect(stepOf(version, 'a').settings).not.toHaveProperty('sampleData')
  })

  it('may hold NUL characters, as it is a file', () => {
    const body = { type: 'SAVE_SAMPLE_DATA', request: { stepName: 'a', payload: 'x\0', type: 'OUTPUT' } }
    expect(FlowOperation.parse(body)).toEqual(body)
  })
})

describe('every change', () => {
  it('recomputes connections and agents, and says who made it and when', () => {
    const version = operate(flow(), 'ADD_ACTION', {
      parentStep: 'trigger',
      action: piece('p', {
        auth: "{{connections['one']}}",
        list: ['{{ connections["two"].token }}', "{{connections['one','three']}}"],
      }),
    })
    expect(version).toMatchObject({
      connectionIds: ['one', 'two', 'three'],
      updated: NOW,
      updatedBy: 'user',
      created: THEN,
    })
    const agent = { ...piece('q', { agentId: 'agent' }) }
    const settings = { ...agent.settings, pieceName: '@activepieces/piece-ai' }
    const next = operate(version, 'ADD_ACTION', { parentStep: 'p', action: { ...agent, settings } })
    expect(next.agentIds).toEqual(['agent'])
    expect(operate(next, 'DELETE_ACTION', { names: ['p', 'q'] })).toMatchObject({ connectionIds: [], agentIds: [] })
  })
})
