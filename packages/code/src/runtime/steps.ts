import { code as codeKind } from '@piecework/engine/flow/kinds/code'
import type { StepKind } from '@piecework/engine/flow/kinds/kind'
import { loop as loopKind, nextIteration, startLoop } from '@piecework/engine/flow/kinds/loop'
import { piece as pieceKind } from '@piecework/engine/flow/kinds/piece'
import { router as routerKind } from '@piecework/engine/flow/kinds/router'
import type { PlannedInput, PlannedStep } from '@piecework/engine/flow/planned'
import { asText, attempt, flattenNestedKeys as flatten, resolve } from '@piecework/engine/resolve/resolve'
import { compileTemplate } from '@piecework/engine/resolve/template'
import { elapsedSince, findRecord, outputOf, type Scope } from '@piecework/engine/state/record'
import { CALL_FLOW, RETURN_RESPONSE } from '../called.ts'
import { type Callee, computeIn, current, Ended, environmentNow, type Running } from './running.ts'

/** The steps that a program names. Each runs as the engine runs it; the program only says which comes next. */

export interface StepOptions {
  title?: string
  packageJson?: string
  retry?: boolean
  continueOnFailure?: boolean
  skip?: boolean
}

const computed = (compute: () => unknown): PlannedInput => ({
  template: {
    kind: 'computed',
    secret: false,
    stable: false,
    compute: (environment) => computeIn(environment, compute),
  },
  connections: [],
})

const NOTHING = (): object => ({})

function plan(kind: StepKind, name: string, settings: object, options: StepOptions, running: Running): PlannedStep {
  const { title = name, retry = false, continueOnFailure = false } = options
  const errorHandlingOptions = { retryOnFailure: { value: retry }, continueOnFailure: { value: continueOnFailure } }
  const step = { type: kind.type, name, settings: { ...settings, errorHandlingOptions }, children: [] }
  const base = { name, displayName: title, skip: false, next: undefined }
  const planned = kind.plan(step, base, {
    prepared: { ...running.prepared, codes: { [name]: name } },
    names: new Set(),
    chain: () => undefined,
  })
  running.steps.set(name, planned)
  return planned
}

/** The output of a step that has run; @throws Ended when the run is over */
function finished({ run, scope }: Running, name: string): unknown {
  if (run.state !== 'RUNNING') throw new Ended()
  const record = findRecord(scope, name)
  return record === undefined ? undefined : outputOf(record)
}

async function act(running: Running, step: PlannedStep): Promise<unknown> {
  const { run, scope } = running
  run.stepsCount += 1
  await step.execute(run, scope)
  const { called } = running
  running.called = undefined
  let answer = called && running.begin(called)
  while (run.state === 'PAUSED') {
    const { waiting } = running
    running.waiting = undefined
    run.operation.resumePayload = JSON.stringify(await (answer ?? running.wait(waiting)))
    answer = undefined
    run.operation.executionType = 'RESUME'
    run.state = 'RUNNING'
    await step.execute(run, scope)
    run.operation.resumePayload = null
    run.operation.executionType = 'BEGIN'
  }
  return finished(running, step.name)
}

/** Runs the code of a step. */
export async function code(
  name: string,
  load: () => Promise<object>,
  input: () => object = NOTHING,
  options: StepOptions = {},
): Promise<unknown> {
  if (options.skip) return undefined
  const running = current()
  const settings = { sourceCode: { code: '', packageJson: '{}' }, input: {} }
  const step = plan(codeKind, name, settings, options, running)
  step.input = computed(input)
  running.loads.set(name, load)
  return act(running, step)
}

/** Runs an action of a piece. @param package_ `name@version` */
export async function piece(
  name: string,
  package_: string,
  action: string | undefined,
  input: () => object = NOTHING,
  options: StepOptions = {},
): Promise<unknown> {
  if (options.skip) return undefined
  const running = current()
  const recorded = running.recorded?.get(name)?.shift()
  if (recorded) {
    running.scope.steps.set(name, recorded)
    if (recorded.status === 'FAILED' && !options.continueOnFailure) {
      running.run.state = 'FAILED'
      running.run.failedStep = { name, displayName: options.title ?? name }
    }
    return finished(running, name)
  }
  const at = package_.lastIndexOf('@')
  const [pieceName, pieceVersion] = [package_.slice(0, at), package_.slice(at + 1)]
  const propertySettings = running.propertySettings.get(name) ?? {}
  const settings = {
    pieceName,
    pieceVersion,
    input: {},
    propertySettings,
    ...(action === undefined ? {} : { actionName: action }),
  }
  const step = plan(pieceKind, name, settings, options, running)
  step.input = computed(input)
  return act(running, step)
}

/** The same, for an action that waits: for a time, or until somebody calls its address. */
export const pause = piece

/** Runs another flow. @param load its program */
export async function callFlow(
  name: string,
  package_: string,
  load: () => Promise<{ default: Callee }>,
  input?: () => object,
  options?: StepOptions,
): Promise<unknown> {
  current().callees.set(name, load)
  return piece(name, package_, CALL_FLOW, input, options)
}

/** Answers the flow that called this one. */
export const returnResponse = (
  name: string,
  package_: string,
  input?: () => object,
  options?: StepOptions,
): Promise<unknown> => piece(name, package_, RETURN_RESPONSE, input, options)

/** Computes the list of a loop; rounds() goes through it. */
export async function loop(name: string, items: () => unknown, options: StepOptions = {}): Promise<unknown> {
  if (options.skip) return undefined
  const running = current()
  const { run, scope } = running
  run.stepsCount += 1
  const { title = name } = options
  const step: PlannedStep = {
    ...{ name, displayName: title, skip: false, next: undefined, type: loopKind.type, heads: [] },
    input: computed(() => ({ items: items() })),
    execute: async () => {},
    test: async () => {},
  }
  running.steps.set(name, step)
  const start = await startLoop(run, step, scope)
  if (start === undefined) throw new Ended()
  run.journal.write(start.record, scope, false)
  started.set(start.loop.output, { ...start, scope, name, startedAt: performance.now() })
  return start.loop.output
}

type Start = NonNullable<Awaited<ReturnType<typeof startLoop>>> & { scope: Scope; name: string; startedAt: number }
const started = new WeakMap<object, Start>()

/** The rounds of a loop, one for each of its items. The steps in a round are seen in that round alone. */
export function* rounds(loop: unknown): Generator<number> {
  const start = typeof loop === 'object' && loop !== null ? started.get(loop) : undefined
  if (start === undefined) return
  const running = current()
  const { record, scope, items } = start
  try {
    for (const [index, item] of items.entries()) {
      running.scope = nextIteration(start.loop, item, scope, start.name, index)
      yield index
    }
  } finally {
    running.scope = scope
    record.duration = elapsedSince(start.startedAt)
    record.status = 'SUCCEEDED'
    running.run.journal.write(record, scope, false)
  }
}

interface Decision {
  branches: { branchName: string; branchIndex: number; evaluation: boolean }[]
}

/** For each decision, whether the first branch that holds is the only one. */
const decisions = new WeakMap<object, boolean>()

async function decide(
  executionType: 'EXECUTE_FIRST_MATCH' | 'EXECUTE_ALL_MATCH',
  name: string,
  branches: () => object[],
  options: StepOptions,
): Promise<unknown> {
  if (options.skip) return undefined
  const running = current()
  const { run, scope } = running
  run.stepsCount += 1
  const step = plan(routerKind, name, { branches: [], executionType }, options, running)
  step.input = computed(() => ({ branches: branches(), executionType }))
  // Its test decides, and runs nothing.
  await step.test(run, scope)
  const decision = finished(running, name)
  if (typeof decision === 'object' && decision !== null)
    decisions.set(decision, executionType === 'EXECUTE_FIRST_MATCH')
  return decision
}

/** Decides which branch is taken: the first whose conditions hold. */
export const firstMatch = (name: string, branches: () => object[], options: StepOptions = {}): Promise<unknown> =>
  decide('EXECUTE_FIRST_MATCH', name, branches, options)

/** Decides which branches are taken: all whose conditions hold. */
export const everyMatch = (name: string, branches: () => object[], options: StepOptions = {}): Promise<unknown> =>
  decide('EXECUTE_ALL_MATCH', name, branches, options)

const isDecision = (value: unknown): value is Decision =>
  typeof value === 'object' && value !== null && decisions.has(value)

/** Whether a branch is taken. @param branch its name, or its place */
export function takes(decision: unknown, branch: string | number): boolean {
  if (!isDecision(decision)) return false
  const { branches } = decision
  const index = typeof branch === 'number' ? branch : branches.findIndex(({ branchName }) => branchName === branch)
  if (branches[index]?.evaluation !== true) return false
  return !decisions.get(decision) || branches.findIndex(({ evaluation }) => evaluation) === index
}

/** The value of an expression: the empty text where it has none, or fails. */
export const value = (compute: () => unknown): unknown => attempt(compute)

/** A value as a part of a text. */
export const text = (part: unknown): string => asText(part)

/** A connection, from the environment. */
export const connection = (externalId: string): unknown => environmentNow().connection(externalId)

/** A text with expressions as the builder shows them. @param steps those that it mentions */
export const template = (source: string, steps: object = {}): unknown =>
  resolve(compileTemplate(source, new Set(Object.keys(steps))), environmentNow())

export const flattenNestedKeys = flatten
