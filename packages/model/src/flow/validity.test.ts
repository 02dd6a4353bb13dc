import { describe, expect, it } from 'vitest'
import type { PieceMetadata } from '../piece/metadata.ts'
import type { PropertyMap, PropertyMetadata } from '../piece/property.ts'
import { applyOperation, FlowOperation, isVersionOperation } from './operations/registry.ts'
import type { PieceLookup } from './piece-step.ts'
import { propSchema } from './prop-schema.ts'
import type { BranchCondition } from './router.ts'
import type { Step } from './step.ts'
import { CONTEXT, code, flow, loop, piece, router, stepOf, webhook } from './testing.ts'
import { piecesOfOperation, validateOperation, validateStep, validateVersion } from './validity.ts'

function metadata(props: PropertyMap, extra: Partial<PieceMetadata> & { requireAuth?: boolean } = {}): PieceMetadata {
  const { requireAuth = true, ...rest } = extra
  const item = { displayName: 'Item', description: '', props, requireAuth }
  return {
    name: 'mail',
    displayName: 'Mail',
    logoUrl: '',
    description: '',
    authors: [],
    version: '1.0.0',
    actions: { send: { name: 'send', ...item } },
    triggers: { catch_webhook: { name: 'catch_webhook', type: 'WEBHOOK', sampleData: null, ...item } },
    ...rest,
  }
}
const none = () => undefined
/** A lookup that finds this piece, whatever it is asked for. */
const found =
  (...args: Parameters<typeof metadata>): PieceLookup =>
  (_, version) => ({ metadata: metadata(...args), version })
const required: PropertyMap = { to: { type: 'SHORT_TEXT', required: true } }

describe('judgeStep', () => {
  const condition = (values: Partial<BranchCondition>) => {
    const step = router('r', [[], []])
    const branch = step.settings.branches[0]
    if (branch?.branchType === 'CONDITION')
      branch.conditions = [[{ firstValue: 'a', operator: 'TEXT_CONTAINS', ...values }]]
    return step
  }

  it.each<[string, Step, boolean]>([
    ['an empty trigger', { ...webhook(), type: 'EMPTY', settings: {} }, false],
    ['a loop over something', loop('l'), true],
    ['a loop over nothing', loop('l', [], ''), false],
    ['code', code('c'), true],
    [
      'code without a line',
      { ...code('c'), settings: { ...code('c').settings, sourceCode: { code: '', packageJson: '{}' } } },
      false,
    ],
    ['a router', router('r', [[], []]), true],
    ['a condition on nothing', condition({ firstValue: '', operator: 'EXISTS' }), false],
    ['a comparison with something', condition({ secondValue: 'b' }), true],
    ['a comparison with nothing', condition({ secondValue: '' }), false],
    ['a comparison without a second value', condition({}), false],
    ['a condition without an operator', condition({ operator: undefined, secondValue: 'b' }), true],
  ])('%s', (_, step, valid) => {
    expect(validateStep(step, none).valid).toBe(valid)
  })

  it('checks and cleans the input of a piece by its properties', () => {
    const lookup = found(required)
    expect(validateStep(piece('p', { to: 'x', gone: 1, auth: 'dropped' }), lookup)).toEqual({
      valid: true,
      input: { to: 'x' },
    })
    expect(validateStep(piece('p', { gone: 1 }), lookup)).toEqual({ valid: false, input: {} })
    const unknownAction = {
      ...piece('p', { to: 'x' }),
      settings: { ...piece('p').settings, actionName: 'constructor' },
    }
    expect(validateStep(unknownAction, lookup)).toEqual({ valid: false })
  })

  it('asks for a connection where the piece and the action need one', () => {
    const auth: PropertyMetadata = { type: 'SECRET_TEXT', required: true }
    const lookup = found({}, { auth })
    expect(validateStep(piece('p', { auth: "{{connections['a']}}" }), lookup)).toEqual({
      valid: true,
      input: { auth: "{{connections['a']}}" },
    })
    expect(validateStep(piece('p', { auth: '' }), lookup).valid).toBe(false)
    expect(validateStep(piece('p'), lookup).valid).toBe(false)
    expect(validateStep(piece('p'), found({}, { auth, requireAuth: false })).valid).toBe(true)
    expect(validateStep(piece('p'), found({}, { auth: [] })).valid).toBe(true)
  })

  it('stores the cleaned input of a trigger only when it is valid', () => {
    const trigger = (input: Record<string, unknown>) => ({ ...webhook(), settings: { ...webhook().settings, input } })
    expect(validateStep(trigger({ to: 'x', gone: 1 }), found(required)).input).toEqual({ to: 'x' })
    expect(validateStep(trigger({ gone: 1 }), found(required))).toEqual({ valid: false })
  })

  it('is not valid without its piece', () => {
    expect(validateStep(piece('p'), none)).toEqual({ valid: false })
  })

  it('is pinned to the version that a range leads to', () => {
    const ranged = {
      ...piece('p', { to: 'x' }),
      settings: { ...piece('p', { to: 'x' }).settings, pieceVersion: '~0.9.1' },
    }
    const newer: PieceLookup = () => ({ metadata: metadata(required), version: '1.0.0' })
    expect(validateStep(ranged, newer)).toEqual({ valid: true, input: { to: 'x' }, pieceVersion: '1.0.0' })
    expect(validateStep(ranged, none)).toEqual({ valid: false, pieceVersion: '0.9.1' })
  })
})

describe('judgeOperation', () => {
  const judged = (type: string, request: unknown) => {
    const operation = validateOperation(FlowOperation.parse({ type, request }), found(required))
    if (!isVersionOperation(operation)) throw new Error(type)
    return applyOperation(flow(piece('p')), operation, CONTEXT)
  }

  it("puts the server's verdict in place of the client's", () => {
    const action = { ...piece('n', { to: '', junk: 1 }), valid: true }
    const added = judged('ADD_ACTION', { parentStep: 'p', action })
    expect(stepOf(added, 'n')).toMatchObject({ valid: false, settings: { input: { to: '' } } })
    expect(added.valid).toBe(false)
    expect(stepOf(judged('UPDATE_ACTION', { ...piece('p', { to: 'x' }), valid: false }), 'p').valid).toBe(true)
    expect(judged('UPDATE_TRIGGER', { ...webhook(), valid: true }).trigger.valid).toBe(false)
    const imported = judged('IMPORT_FLOW', { displayName: 'x', trigger: flow(piece('n'), code('c')).trigger })
    expect([stepOf(imported, 'n').valid, stepOf(imported, 'c').valid]).toEqual([false, true])
  })

  it('says beforehand which pieces it needs', () => {
    const trigger = flow(piece('a'), loop('l', [piece('b')])).trigger
    const operation = FlowOperation.parse({ type: 'IMPORT_FLOW', request: { displayName: 'x', trigger } })
    expect(piecesOfOperation(operation)).toEqual([
      { pieceName: 'webhook', pieceVersion: '0.1.0', steps: ['trigger'] },
      { pieceName: 'mail', pieceVersion: '1.0.0', steps: ['a', 'b'] },
    ])
  })
})

it('a version is valid when every step is, skipped actions aside', () => {
  const lookup = found(required)
  const trigger = { ...webhook(), settings: { ...webhook().settings, input: { to: 'x' } } }
  const version = (skip: boolean) => ({ ...flow(), trigger: { ...trigger, nextAction: { ...piece('p'), skip } } })
  expect(validateVersion(version(false), lookup).valid).toBe(false)
  expect(validateVersion(version(true), lookup).valid).toBe(true)
})

describe('propSchema', () => {
  const list: PropertyMetadata = { type: 'ARRAY', properties: { a: { type: 'NUMBER', required: true } } }
  it.each<[PropertyMetadata, unknown[], unknown[]]>([
    [{ type: 'SHORT_TEXT' }, ['x'], ['']],
    [{ type: 'FILE' }, ['{{step_1.file}}'], ['', 3]],
    [{ type: 'CHECKBOX' }, [true, false, '{{step_1}}'], [1]],
    [{ type: 'NUMBER' }, [0, '{{step_1}}'], ['', true]],
    [{ type: 'STATIC_DROPDOWN' }, ['a', 0, false, { id: 1 }], []],
    [{ type: 'MULTI_SELECT_DROPDOWN' }, [['a'], '{{step_1}}'], [[], '', 3]],
    [{ type: 'ARRAY' }, [['a'], { a: 'column' }, '{{step_1}}'], [[], [1], '']],
    [list, [[{ a: 1 }], [{ a: '{{step_1}}', b: 2 }]], [[], [{}], ['a']]],
    [{ type: 'OBJECT' }, [{}, { a: 1 }, '{{step_1}}'], [[], 3]],
    [{ type: 'JSON' }, [{}, [], '{}'], [3]],
    [{ type: 'DYNAMIC' }, [{ a: 1 }], ['x', []]],
    [{ type: 'CUSTOM' }, [1, {}, 'x'], []],
  ])('%j required', (property, good, bad) => {
    const schema = propSchema({ ...property, required: true })
    expect(good.filter((value) => !schema.safeParse(value).success)).toEqual([])
    expect(bad.filter((value) => schema.safeParse(value).success)).toEqual([])
    const optional = propSchema({ ...property, required: false })
    // An optional list may be empty, but must be there.
    const nothing = property.type === 'ARRAY' ? [[]] : [null, undefined]
    for (const value of [...good, ...nothing]) expect(optional.safeParse(value).success).toBe(true)
  })

  it('needs a value where one is required, and checks the items of an optional list', () => {
    expect(propSchema({ type: 'DROPDOWN', required: true }).safeParse(undefined).success).toBe(false)
    expect(propSchema({ type: 'DROPDOWN', required: true }).safeParse(null).success).toBe(false)
    const given = [[{}], null, undefined]
    expect(given.filter((value) => propSchema({ ...list, required: false }).safeParse(value).success)).toEqual([])
    const lookup = found({ choice: { type: 'DROPDOWN', required: true } })
    expect(validateStep(piece('p'), lookup).valid).toBe(false)
  })
})
