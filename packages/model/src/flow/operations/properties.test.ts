import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import { FlowVersion } from '../flow.ts'
import { code, flow, loop, operate, piece, router } from '../testing.ts'
import { findStep, nestedHeads, walk, walkInside } from '../walk.ts'

/** Stands for a step of the flow at hand (or, now and then, for none), so that most operations meet something. */
class Pick {
  readonly number: number
  readonly routersFirst: boolean
  constructor(number: number, routersFirst: boolean) {
    this.number = number
    this.routersFirst = routersFirst
  }

  in(version: FlowVersion): string {
    const steps = [...walk(version.trigger)]
    const routers = steps.filter((step) => step.type === 'ROUTER')
    const names = (this.routersFirst && routers.length > 0 ? routers : steps).map((step) => step.name)
    return this.number % 20 === 0 ? 'ghost' : (names[this.number % names.length] ?? 'trigger')
  }
}

function resolve(value: unknown, version: FlowVersion): unknown {
  if (value instanceof Pick) return value.in(version)
  if (Array.isArray(value)) return value.map((item) => resolve(item, version))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, version)]))
}

const pick = (routersFirst: boolean) => fc.nat({ max: 999 }).map((number) => new Pick(number, routersFirst))
const name = pick(false)
const routerName = pick(true)
const newName = fc.nat({ max: 30 }).map((number) => `step_${number}`)
const index = fc.integer({ min: -1, max: 4 })
const location = fc.constantFrom('AFTER', 'INSIDE_LOOP', 'INSIDE_BRANCH', undefined)
const note = fc.record({
  id: fc.constantFrom('n1', 'n2', 'n3'),
  content: fc.string(),
  color: fc.constantFrom('orange', 'red'),
  position: fc.constant({ x: 0, y: 0 }),
  size: fc.constant({ width: 1, height: 1 }),
})
const actionNamed = (names: fc.Arbitrary<unknown>) =>
  fc
    .tuple(names, fc.constantFrom('CODE', 'PIECE', 'LOOP', 'ROUTER'), fc.integer({ min: 1, max: 4 }), fc.boolean())
    .map(([stepName, kind, count, valid]) => {
      const text = `{{step_${count}.x}} {{connections['c${count}']}} \0`
      const bodies = Array.from({ length: count }, () => [])
      if (kind === 'CODE') return { ...code('', { a: [text] }), name: stepName, valid }
      if (kind === 'PIECE') return { ...piece('', { auth: text }), name: stepName, valid }
      return kind === 'LOOP'
        ? { ...loop('', [], text), name: stepName, valid }
        : { ...router('', bodies, text), name: stepName, valid }
    })

type Fields = Record<string, fc.Arbitrary<unknown>>
const send = (type: string, weight: number, request: Fields | fc.Arbitrary<unknown>) => ({
  weight,
  arbitrary: fc.record({
    type: fc.constant(type),
    request: request instanceof fc.Arbitrary ? request : fc.record(request),
  }),
})

const operation = fc.oneof(
  send('ADD_ACTION', 8, {
    parentStep: name,
    stepLocationRelativeToParent: location,
    branchIndex: index,
    action: actionNamed(newName),
  }),
  send('UPDATE_ACTION', 2, actionNamed(name)),
  send('DELETE_ACTION', 1, { names: fc.array(name, { maxLength: 2 }) }),
  send('MOVE_ACTION', 4, {
    name,
    newParentStep: name,
    stepLocationRelativeToNewParent: location,
    branchIndex: index,
  }),
  send('DUPLICATE_ACTION', 1, { stepName: name }),
  send('SET_SKIP_ACTION', 1, { names: fc.array(name, { maxLength: 3 }), skip: fc.boolean() }),
  send('UPDATE_TRIGGER', 1, {
    type: fc.constant('EMPTY'),
    name: fc.constantFrom('trigger', 'start', 'step_1'),
    displayName: fc.string(),
  }),
  send('ADD_BRANCH', 2, { stepName: routerName, branchIndex: index, branchName: fc.string() }),
  send('DELETE_BRANCH', 1, { stepName: routerName, branchIndex: index }),
  send('DUPLICATE_BRANCH', 1, { stepName: routerName, branchIndex: index }),
  send('MOVE_BRANCH', 2, { stepName: routerName, sourceBranchIndex: index, targetBranchIndex: index }),
  send('CHANGE_NAME', 1, { displayName: fc.string() }),
  send('UPDATE_SAMPLE_DATA_INFO', 1, {
    stepName: name,
    sampleDataSettings: fc.constantFrom(null, { sampleDataFileId: 'f' }),
  }),
  send('ADD_NOTE', 1, note),
  send('UPDATE_NOTE', 1, note),
  send('DELETE_NOTE', 1, { id: fc.constantFrom('n1', 'n2', 'n3') }),
)
const start = () => flow(loop('step_1', [code('step_2')]), router('step_3', [[code('step_4')], [loop('step_5')], []]))

interface Sent {
  type: string
  request: unknown
}

it('any operations leave a well-formed tree, lose nothing that was not deleted, and change nothing when refused', () => {
  const applied = new Map<string, number>()
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
        applied.set(sent.type, (applied.get(sent.type) ?? 0) + 1)
        assertWellFormed(after)
        assertNothingLost(version, after, sent)
        version = freeze(after)
      }
    }),
    { numRuns: 150 },
  )
  // The generator must not silently degrade into refusals.
  for (const [type, count] of applied) expect(`${type} ${count > 5}`).toBe(`${type} true`)
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
