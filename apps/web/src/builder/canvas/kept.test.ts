import type { FlowVersion } from '@piecework/model/flow/flow'
import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import { code, flow, loop, operate, router } from '@piecework/model/flow/testing'
import { walk } from '@piecework/model/flow/walk'
import { describe, expect, it } from 'vitest'
import { keptList, keptMap, keptSteps, keptValue, type OwnSteps, shapeOf } from './kept.ts'
import { layoutOf } from './layout.ts'
import { nodesOf } from './node-list.ts'

const start = () =>
  flow(code('a'), loop('each', [code('b')]), router('where', [[code('c')], [], [code('d')]]), code('e'))

/** As it comes from the server: equal, and no object is the same. */
const readAgain = (version: FlowVersion): FlowVersion => structuredClone(version)

const typed = (version: FlowVersion, name: string): FlowVersion =>
  operate(version, 'UPDATE_ACTION', {
    ...code(name),
    settings: { ...code(name).settings, input: { note: 'typed' } },
  })

/** The names of the steps that are other objects than before. */
const renewed = (before: OwnSteps, after: OwnSteps): string[] =>
  [...after].filter(([name, step]) => before.get(name) !== step).map(([name]) => name)

describe('keptSteps', () => {
  it('renews the step that is edited, and none that leads to it', () => {
    const before = start()
    const steps = keptSteps(before.trigger, undefined)
    for (const name of ['a', 'b', 'd', 'e'])
      expect(renewed(steps, keptSteps(typed(before, name).trigger, steps))).toEqual([name])
  })

  it('shows what the card of a step says', () => {
    const before = start()
    const steps = keptSteps(before.trigger, undefined)
    const renamed = operate(before, 'UPDATE_ACTION', { ...code('b'), displayName: 'Another name' })
    const shown = keptSteps(renamed.trigger, steps)
    expect(shown.get('b')?.displayName).toBe('Another name')
    const skipped = operate(renamed, 'SET_SKIP_ACTION', { names: ['c', 'e'], skip: true })
    const after = keptSteps(skipped.trigger, shown)
    expect(renewed(shown, after)).toEqual(['c', 'e'])
    expect(after.get('c')).toMatchObject({ skip: true })
    const invalid = { ...skipped, trigger: { ...skipped.trigger, valid: !skipped.trigger.valid } }
    expect(renewed(after, keptSteps(invalid.trigger, after))).toEqual(['trigger'])
  })

  it('is the same map when every step says the same, also in another order', () => {
    const version = start()
    const steps = keptSteps(version.trigger, undefined)
    expect(keptSteps(readAgain(version).trigger, steps)).toBe(steps)
    const moved = operate(version, 'MOVE_ACTION', { name: 'e', newParentStep: 'trigger' })
    expect(keptSteps(moved.trigger, steps)).toBe(steps)
  })

  it('has the steps that were added, and none that was deleted', () => {
    const version = start()
    const steps = keptSteps(version.trigger, undefined)
    const more = operate(version, 'ADD_ACTION', { parentStep: 'a', action: code('new') })
    const added = keptSteps(more.trigger, steps)
    expect(renewed(steps, added)).toEqual(['new'])
    const removed = keptSteps(version.trigger, added)
    expect([...removed.keys()]).toEqual([...walk(version.trigger)].map(({ name }) => name))
    expect(removed.get('a')).toBe(steps.get('a'))
  })
})

describe('shapeOf', () => {
  const before = start()
  const edits: [what: string, type: VersionOperation['type'], request: object][] = [
    ['adds a step', 'ADD_ACTION', { parentStep: 'a', action: code('new') }],
    ['deletes a step', 'DELETE_ACTION', { names: ['c'] }],
    ['moves a step', 'MOVE_ACTION', { name: 'e', newParentStep: 'trigger' }],
    [
      'moves a step into an empty branch',
      'MOVE_ACTION',
      { name: 'e', newParentStep: 'where', stepLocationRelativeToNewParent: 'INSIDE_BRANCH', branchIndex: 1 },
    ],
    ['deletes a branch', 'DELETE_BRANCH', { stepName: 'where', branchIndex: 0 }],
    ['moves a branch', 'MOVE_BRANCH', { stepName: 'where', sourceBranchIndex: 0, targetBranchIndex: 1 }],
  ]

  it.each(edits)('is another one when an edit %s', (_, type, request) => {
    expect(shapeOf(operate(before, type, request).trigger)).not.toBe(shapeOf(before.trigger))
  })

  it('is another one with the name of a branch, as its pill may be wider', () => {
    const other = readAgain(before)
    const where = [...walk(other.trigger)].find(({ name }) => name === 'where')
    if (where?.type !== 'ROUTER' || !where.settings.branches[0]) throw new Error('There is no router')
    where.settings.branches[0].branchName = 'A longer name than before'
    expect(shapeOf(other.trigger)).not.toBe(shapeOf(before.trigger))
  })

  it('is the same while somebody types, and then the layout is, too', () => {
    const after = typed(before, 'b')
    expect(shapeOf(after.trigger)).toBe(shapeOf(before.trigger))
    expect(layoutOf(after.trigger)).toEqual(layoutOf(before.trigger))
  })
})

describe('the nodes of a canvas', () => {
  it('are the same list when nothing moves, and the same above a step that is added', () => {
    const before = start()
    const nodes = nodesOf(layoutOf(before.trigger), [], true)
    expect(keptList(nodesOf(layoutOf(typed(before, 'e').trigger), [], true), nodes)).toBe(nodes)
    const more = operate(before, 'ADD_ACTION', { parentStep: 'a', action: code('new') })
    const after = keptList(nodesOf(layoutOf(more.trigger), [], true), nodes)
    const changed = after.filter((node) => !nodes.includes(node)).map(({ id }) => id)
    expect(changed).toContain('new')
    expect(changed).toContain('each')
    expect(changed).not.toContain('a')
    expect(changed).not.toContain('trigger')
  })

  it('are another list in another order', () => {
    const [a, b] = [{ id: 'a' }, { id: 'b' }]
    expect(keptList([b, a], [a, b])).toEqual([b, a])
  })
})

it('keeps maps and values that are as before', () => {
  const map = new Map([['a', 1]])
  expect(keptMap(new Map([['a', 1]]), map)).toBe(map)
  expect(keptMap(new Map([['a', 2]]), map).get('a')).toBe(2)
  expect(keptMap(new Map(), map).size).toBe(0)
  const value = [{ text: 'a' }]
  expect(keptValue([{ text: 'a' }], value)).toBe(value)
  expect(keptValue([{ text: 'b' }], value)).toEqual([{ text: 'b' }])
})
