import { describe, expect, it } from 'vitest'
import type { FlowVersion } from '../flow.ts'
import { code, flow, operate, outline, router, stepOf } from '../testing.ts'

const version = flow(router('r', [[code('step_1'), code('step_2', { a: '{{step_1}}' })], [code('c')], []]), code('z'))
const branchNames = (changed: FlowVersion) => {
  const step = stepOf(changed, 'r')
  return step.type === 'ROUTER' ? step.settings.branches.map((branch) => branch.branchName) : []
}
const refused = expect.objectContaining({ code: 'FLOW_OPERATION_INVALID' })

describe('branches', () => {
  it('are added empty, at an index, with conditions to be filled in', () => {
    const added = operate(version, 'ADD_BRANCH', { stepName: 'r', branchIndex: 1, branchName: 'New' })
    expect(outline(added)).toBe('trigger r(step_1 step_2||c|) z')
    expect(stepOf(added, 'r')).toMatchObject({
      settings: {
        branches: [
          {},
          {
            branchType: 'CONDITION',
            branchName: 'New',
            conditions: [[{ firstValue: '', operator: 'TEXT_CONTAINS', secondValue: '', caseSensitive: false }]],
          },
          {},
          {},
        ],
      },
    })
    const given = [[{ firstValue: 'a', operator: 'EXISTS' }]]
    const filled = operate(version, 'ADD_BRANCH', {
      stepName: 'r',
      branchIndex: 0,
      branchName: 'New',
      conditions: given,
    })
    expect(stepOf(filled, 'r')).toMatchObject({ settings: { branches: [{ conditions: given }, {}, {}, {}] } })
  })

  it('without filled conditions make the router, and so the version, invalid until they are gone', () => {
    const validity = (changed: FlowVersion) => [stepOf(changed, 'r').valid, changed.valid]
    const before = flow(router('r', [[], []]))
    const added = operate(before, 'ADD_BRANCH', { stepName: 'r', branchIndex: 0, branchName: 'New' })
    expect(validity(added)).toEqual([false, false])
    expect(validity(operate(added, 'DELETE_BRANCH', { stepName: 'r', branchIndex: 0 }))).toEqual(validity(before))
  })

  it('are deleted with their steps', () => {
    const deleted = operate(version, 'DELETE_BRANCH', { stepName: 'r', branchIndex: 0 })
    expect(outline(deleted)).toBe('trigger r(c|) z')
    expect(branchNames(deleted)).toEqual(['Branch 2', 'Otherwise'])
  })

  it('are duplicated with copies of their steps', () => {
    const twice = operate(version, 'DUPLICATE_BRANCH', { stepName: 'r', branchIndex: 0 })
    expect(outline(twice)).toBe('trigger r(step_1 step_2|step_3 step_4|c|) z')
    expect(branchNames(twice)).toEqual(['Branch 1', 'Branch 1 Copy', 'Branch 2', 'Otherwise'])
    expect(stepOf(twice, 'step_4')).toMatchObject({
      displayName: 'step_2 Copy',
      settings: { input: { a: '{{step_3}}' } },
    })
    const condition = (group: object) => ({ branchType: 'CONDITION', branchName: 'b', conditions: [[group]] })
    const asked = operate(flow(router('r', [[code('step_1')], []], "{{step_1.a + ' step_1'}}")), 'DUPLICATE_BRANCH', {
      stepName: 'r',
      branchIndex: 0,
    })
    const { branches } = Object(stepOf(asked, 'r').settings)
    expect(branches[0]).toMatchObject({
      ...condition({ firstValue: "{{step_1.a + ' step_1'}}" }),
      branchName: 'Branch 1',
    })
    expect(branches[1]).toMatchObject({
      ...condition({ firstValue: "{{step_2.a + ' step_1'}}" }),
      branchName: 'Branch 1 Copy',
    })
    const empty = operate(flow(router('r', [[], []])), 'DUPLICATE_BRANCH', { stepName: 'r', branchIndex: 0 })
    expect(outline(empty)).toBe('trigger r(||)')
  })

  it('move with their steps, but not the fallback and not out of range', () => {
    const move = (sourceBranchIndex: number, targetBranchIndex: number) =>
      operate(version, 'MOVE_BRANCH', { stepName: 'r', sourceBranchIndex, targetBranchIndex })
    expect(outline(move(0, 1))).toBe('trigger r(c|step_1 step_2|) z')
    expect(branchNames(move(0, 1))).toEqual(['Branch 2', 'Branch 1', 'Otherwise'])
    for (const [source, target] of [
      [0, 0],
      [0, 2],
      [2, 0],
      [0, 3],
      [-1, 0],
      [5, 1],
    ] as const) {
      expect(move(source, target)).toBe(version)
    }
  })

  it.each([
    ['ADD_BRANCH', { stepName: 'r', branchIndex: 4, branchName: 'x' }],
    ['ADD_BRANCH', { stepName: 'r', branchIndex: -1, branchName: 'x' }],
    ['ADD_BRANCH', { stepName: 'z', branchIndex: 0, branchName: 'x' }],
    ['DELETE_BRANCH', { stepName: 'r', branchIndex: 3 }],
    ['DELETE_BRANCH', { stepName: 'ghost', branchIndex: 0 }],
    ['DUPLICATE_BRANCH', { stepName: 'r', branchIndex: -1 }],
    ['DUPLICATE_BRANCH', { stepName: 'r', branchIndex: 2 }],
    ['MOVE_BRANCH', { stepName: 'c', sourceBranchIndex: 0, targetBranchIndex: 1 }],
  ])('refuse %s with %j', (type, request) => {
    expect(() => operate(version, type, request)).toThrow(refused)
  })
})
