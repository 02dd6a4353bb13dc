import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FlowVersion } from '../flow.ts'
import { code, flow, router } from '../testing.ts'
import { operation, resolve, start } from '../testing-operations.ts'
import { walk } from '../walk.ts'
import { collides, touchedBy } from './collisions.ts'
import { applyOperation, FlowOperation, isVersionOperation, type VersionOperation } from './registry.ts'

const context = { now: '2026-01-01T00:00:00.000Z', userId: null }
const parse = (value: unknown): FlowOperation => FlowOperation.parse(value)
const pair = (later: unknown, earlier: unknown) => collides(parse(later), touchedBy(parse(earlier)))
const update = (name: string, text: string) => ({ type: 'UPDATE_ACTION', request: code(name, { a: text }) })
const branch = (branchIndex: number) => ({ type: 'DELETE_BRANCH', request: { stepName: 'r', branchIndex } })

describe('operations collide', () => {
  it.each([
    ['with another value for the same step', update('a', '1'), update('a', '2'), true],
    ['with a publication of what was not seen', { type: 'LOCK_AND_PUBLISH', request: {} }, update('a', '1'), true],
    ['with other branches of their router', branch(0), branch(1), true],
    ['with an update of the whole router', { type: 'UPDATE_ACTION', request: router('r', [[]]) }, branch(0), true],
    ['not with another step', update('a', '1'), update('b', '2'), false],
    [
      'not with a move of their step',
      update('a', '1'),
      { type: 'MOVE_ACTION', request: { name: 'a', newParentStep: 'b' } },
      false,
    ],
    ['not in another folder', { type: 'CHANGE_FOLDER', request: { folderId: null } }, update('a', '1'), false],
  ] as const)('%s', (_what, later, earlier, expected) => {
    expect(pair(later, earlier)).toBe(expected)
  })

  it('whenever one would undo what the other set', () => {
    const settings = (version: FlowVersion, name: string) =>
      [...walk(version.trigger)].find((step) => step.name === name)?.settings
    fc.assert(
      fc.property(operation, operation, (first, second) => {
        const before = flow(...[start()].flatMap(({ trigger }) => (trigger.nextAction ? [trigger.nextAction] : [])))
        const apply = (version: FlowVersion, done: VersionOperation) => {
          try {
            return applyOperation(version, done, context)
          } catch {
            return undefined
          }
        }
        const earlier = parse(resolve(first, before))
        const later = parse(resolve(second, before))
        if (!isVersionOperation(earlier) || !isVersionOperation(later)) return
        const between = apply(before, earlier)
        const after = between && apply(between, later)
        if (!between || !after || earlier.type !== 'UPDATE_ACTION') return
        if (later.type === 'DELETE_ACTION' || later.type === 'DELETE_BRANCH') return
        if (collides(later, touchedBy(earlier))) return
        const { name } = earlier.request
        const [set, left] = [settings(between, name), settings(after, name)]
        // Branches come and go; the rest stays as it was set.
        if (left && 'branches' in left) return
        if (later.type === 'UPDATE_SAMPLE_DATA_INFO') return
        expect(left).toEqual(set)
      }),
    )
  })
})
