import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import { FlowVersion } from '../flow.ts'
import { flow, operate } from '../testing.ts'
import { operation, resolve, start } from '../testing-operations.ts'
import { findStep, nestedHeads, walk, walkInside } from '../walk.ts'

interface Sent {
  type: string
  request: unknown
}

it('any operations leave a well-formed tree, lose nothing that was not deleted, and change nothing when refused', () => {
  const applied = new Set<string>()
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 60, size: 'max' }), (operations) => {
      let version = freeze(start())
      for (const { type, request } of operations) {
        const sent = { type, request: resolve(request, version) }
        const before = JSON.stringify(version)
        let after: FlowVersion | undefined
        try {
          after = operate(version, sent.type, sent.request)
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'FLOW_OPERATION_INVALID') throw error
        }
        expect(JSON.stringify(version)).toBe(before)
        if (!after || after === version) continue
        applied.add(sent.type)
        assertWellFormed(after)
        assertNothingLost(version, after, sent)
        version = freeze(after)
      }
    }),
    { numRuns: 150 },
  )
  // The generator must not silently degrade into refusals.
  expect(applied.size).toBe(16)
})

it('every version survives its own export and import', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40, size: 'max' }), (operations) => {
      const version = applyAll(operations)
      const { displayName, trigger, schemaVersion, notes } = version
      const imported = operate(
        flow(),
        'IMPORT_FLOW',
        JSON.parse(JSON.stringify({ displayName, trigger, schemaVersion, notes })),
      )
      const copy = { ...imported, notes, updated: version.updated, updatedBy: version.updatedBy }
      expect(withoutSamples(copy)).toEqual(withoutSamples(version))
    }),
    { numRuns: 100 },
  )
})

function applyAll(operations: readonly { type: string; request: unknown }[]): FlowVersion {
  return operations.reduce((version, { type, request }) => {
    try {
      return operate(version, type, resolve(request, version))
    } catch {
      return version
    }
  }, start())
}

function withoutSamples(version: FlowVersion): unknown {
  return JSON.parse(JSON.stringify(version, (key, value) => (key === 'sampleData' ? undefined : value)))
}

function assertWellFormed(version: FlowVersion): void {
  const names: string[] = []
  for (const step of walk(version.trigger)) {
    names.push(step.name)
    if (step.type === 'ROUTER') expect(step.children).toHaveLength(step.settings.branches.length)
  }
  expect(new Set(names).size).toBe(names.length)
  // The schema accepts it and finds nothing to drop.
  expect(FlowVersion.parse(version)).toEqual(version)
  expect(JSON.stringify(version)).not.toContain('\\u0000')
}

const namesOf = (version: FlowVersion) => [...walk(version.trigger)].map((step) => step.name)

function assertNothingLost(before: FlowVersion, after: FlowVersion, sent: Sent): void {
  const { type } = sent
  const request: Record<string, unknown> = { ...Object(sent.request) }
  const gone = new Set<string>()
  const inside = (stepName: unknown, self: boolean) => {
    const root = findStep(before.trigger, String(stepName))
    if (root) for (const step of walkInside(root)) if (self || step !== root) gone.add(step.name)
  }
  let added = 0
  let sameOrder = true
  if (type === 'ADD_ACTION') added = 1
  if (type === 'DELETE_ACTION') for (const stepName of [request.names].flat()) inside(stepName, true)
  if (type === 'MOVE_ACTION' || type === 'MOVE_BRANCH') sameOrder = false
  if (type === 'UPDATE_ACTION' && findStep(before.trigger, String(request.name))?.type !== request.type)
    inside(request.name, false)
  if (type === 'UPDATE_TRIGGER') {
    gone.add(before.trigger.name)
    added = 1
  }
  if (type === 'DUPLICATE_ACTION') added = countInside(before, request.stepName)
  if (type === 'DELETE_BRANCH' || type === 'DUPLICATE_BRANCH') {
    const parent = findStep(before.trigger, String(request.stepName))
    const head = parent && nestedHeads(parent)[Number(request.branchIndex)]
    const steps = head ? [...walk(head)] : []
    if (type === 'DUPLICATE_BRANCH') added = steps.length
    else for (const step of steps) gone.add(step.name)
  }
  const kept = namesOf(before).filter((stepName) => !gone.has(stepName))
  const now = namesOf(after)
  expect(now).toHaveLength(kept.length + added)
  const keptNow = now.filter((stepName) => kept.includes(stepName))
  expect(sameOrder ? keptNow : keptNow.toSorted()).toEqual(sameOrder ? kept : kept.toSorted())
}

function countInside(version: FlowVersion, stepName: unknown): number {
  const root = findStep(version.trigger, String(stepName))
  return root ? [...walkInside(root)].length : 0
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) freeze(part)
  }
  return value
}
