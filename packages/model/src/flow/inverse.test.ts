import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import type { FlowVersion } from './flow.ts'
import { inverseOf } from './inverse.ts'
import { applyOperation, FlowOperation, isVersionOperation, type VersionOperation } from './operations/registry.ts'
import { CONTEXT, flow, operate } from './testing.ts'
import { operation, resolve, start } from './testing-operations.ts'

const perform = (version: FlowVersion, step: VersionOperation) => applyOperation(version, step, CONTEXT)

it('the inverse of any operation brings back the flow, sample data and dates aside', () => {
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 40, size: 'max' }), (operations) => {
      let version = start()
      for (const { type, request } of operations) {
        const sent = FlowOperation.parse({ type, request: resolve(request, version) })
        if (!isVersionOperation(sent)) continue
        const after = attempt(version, sent)
        if (!after) continue
        // As the server gets it: through JSON and the schema.
        const inverse = inverseOf(version, sent, after)?.map((step) =>
          FlowOperation.parse(JSON.parse(JSON.stringify(step))),
        )
        if (!inverse) expect(sent.type).toBe('MOVE_BRANCH')
        const undone = inverse?.filter(isVersionOperation).reduce(perform, after)
        if (after !== version && undone) expect(essence(undone)).toEqual(essence(version))
        version = after
      }
    }),
    { numRuns: 100 },
  )
})

it('does not pretend to undo an import or a lock', () => {
  const lock: VersionOperation = { type: 'LOCK_FLOW', request: {} }
  expect(inverseOf(flow(), lock, operate(flow(), 'LOCK_FLOW', {}))).toBeUndefined()
})

function attempt(version: FlowVersion, sent: VersionOperation): FlowVersion | undefined {
  try {
    return perform(version, sent)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

const FORGOTTEN = new Set([
  'sampleData',
  'lastUpdatedDate',
  'updated',
  'updatedBy',
  'createdAt',
  'updatedAt',
  'ownerId',
])

function essence({ notes, ...version }: FlowVersion): unknown {
  const sorted = notes.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const text = JSON.stringify({ ...version, notes: sorted }, (key, value) =>
    FORGOTTEN.has(key) || (key === 'skip' && value === false) ? undefined : value,
  )
  return JSON.parse(text)
}
