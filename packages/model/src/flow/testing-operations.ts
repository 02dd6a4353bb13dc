import fc from 'fast-check'
import type { FlowVersion } from './flow.ts'
import { code, flow, loop, piece, router } from './testing.ts'
import { walk } from './walk.ts'

/** Arbitrary operations for property-based tests: resolve() makes a request for the flow at hand. */

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

/** The request with its picks made. */
export function resolve(value: unknown, version: FlowVersion): unknown {
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

/** `{type, request}` with picks in the request; mostly valid, by no means always. */
export const operation = fc.oneof(
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
/** A flow with a bit of everything. */
export const start = () =>
  flow(loop('step_1', [code('step_2')]), router('step_3', [[code('step_4')], [loop('step_5')], []]))
