import type { LoopAction } from '@piecework/model/flow/step'
import { isEngineFailure } from '../../errors.ts'
import type { PieceHost } from '../../piece/host.ts'
import {
  clockNow,
  createLoopState,
  createRecord,
  createScope,
  elapsedSince,
  type LoopState,
  type Scope,
  type StepRecord,
} from '../../state/record.ts'
import { executeChain } from '../chain.ts'
import { resolveInput } from '../context.ts'
import { endRun, failStep } from '../finish.ts'
import { type PlannedInput, type PlannedStep, planInput, type Run } from '../planned.ts'
import { defineKind } from './kind.ts'

const TYPE = 'LOOP_ON_ITEMS'

export const loop = defineKind<LoopAction>(TYPE, {
  isWay: true,
  heads: ({ firstLoopAction }) => [firstLoopAction],
  plan({ settings, firstLoopAction }, base, { names, chain }) {
    const input = planInput({ items: settings.items }, names)
    const step: PlannedStep = {
      ...base,
      type: TYPE,
      input,
      heads: [chain(firstLoopAction)],
      execute: (run, scope) => executeLoop(run, step, scope),
      test: (run, scope) => testLoop(run, step, scope),
      sample: (run, samples) => sampleLoop(run, samples, base.name, input),
    }
    return step
  },
})

/**
 * Runs the body once per item. The items are resolved again on a replay; the steps of finished iterations are
 * then found in the journal.
 */
async function executeLoop(run: Run, step: PlannedStep, scope: Scope): Promise<void> {
  const start = await startLoop(run, step, scope)
  if (start === undefined) return
  const { record, loop, items } = start
  const startedAt = clockNow()
  run.journal.write(record, scope, false)
  for (let i = 0; i < items.length && run.state === 'RUNNING'; i++) {
    const iteration = nextIteration(loop, items[i], scope, step.name, i)
    await executeChain(run, step.heads[0], iteration)
  }
  record.duration = elapsedSince(startedAt)
  record.status = run.state === 'PAUSED' ? 'PAUSED' : 'SUCCEEDED'
  run.journal.write(record, scope, false)
}

/** Resolves the items; undefined when that failed and the run has ended. */
export async function startLoop(
  run: Run,
  step: PlannedStep,
  scope: Scope,
): Promise<{ record: StepRecord; loop: LoopState; items: unknown[] } | undefined> {
  const record = createRecord(step.name, TYPE, 'RUNNING')
  try {
    const input = await resolveInput(run, step.input, scope)
    record.inputText = input.logged
    const items = itemsOf(input.value)
    if (items === undefined) throw new Error(JSON.stringify(noList(input.value)))
    const loop = createLoopState()
    record.loop = loop
    scope.steps.set(step.name, record)
    if (!run.logSize.add(record)) {
      record.loop = undefined
      failTooLarge(run, record, scope)
      return undefined
    }
    return { record, loop, items }
  } catch (error) {
    if (isEngineFailure(error)) throw error
    failStep(run, record, scope, error)
    return undefined
  }
}

/** Opens the scope of the next iteration. */
export function nextIteration(loop: LoopState, item: unknown, scope: Scope, name: string, index: number): Scope {
  const iteration = createScope(scope, name, index)
  loop.item = item
  loop.index = index + 1
  loop.iterations.push(iteration)
  loop.version += 1
  return iteration
}

/**
 * Only a list is accepted: JSON text is not parsed, because the author would loop over something else than the flow
 * shows.
 */
function itemsOf(input: unknown): unknown[] | undefined {
  const items: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, 'items') : undefined
  return Array.isArray(items) ? items : undefined
}

const MAX_SHOWN = 200

/** Describes the value that is not a list: a missing value, a text and JSON text look alike in a flow. */
function noList(input: unknown): { message: string; received: string } {
  const items: unknown = Reflect.get(Object(input), 'items')
  const kind = typeof items === 'object' ? 'an object' : `a ${typeof items === 'string' ? 'text' : typeof items}`
  const text = JSON.stringify(items) ?? ''
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text
  const received = items === '' || items === undefined ? 'nothing: an empty text' : `${kind}: ${shown}`
  return { message: 'The items you have selected must be a list.', received }
}

function failTooLarge(run: Run, record: StepRecord, scope: Scope): void {
  record.status = 'FAILED'
  record.error = `Flow run data size exceeded the maximum allowed size of ${run.logSize.limitMb} MB`
  endRun(run, 'LOG_SIZE_EXCEEDED', record)
  run.journal.write(record, scope, true)
}

/** One round with the first of the items, in which nothing is run. */
async function testLoop(run: Run, step: PlannedStep, scope: Scope): Promise<void> {
  const start = await startLoop(run, step, scope)
  if (start === undefined) return
  const { record, loop, items } = start
  if (items.length > 0) {
    nextIteration(loop, items[0], scope, step.name, 0)
    loop.iterations.length = 0
  }
  record.status = 'SUCCEEDED'
  run.journal.write(record, scope, true)
}

/** Shows a loop in its first round, over the first of its items. */
export async function sampleLoop(
  host: Pick<PieceHost, 'sandbox' | 'connections' | 'engine' | 'secrets'>,
  scope: Scope,
  name: string,
  items: PlannedInput,
): Promise<void> {
  try {
    const input = await resolveInput(host, items, scope)
    const list: unknown = Reflect.get(Object(input.value), 'items')
    if (!Array.isArray(list)) return
    const record = createRecord(name, TYPE, 'SUCCEEDED')
    record.loop = createLoopState()
    record.loop.item = list[0]
    record.loop.index = 1
    scope.steps.set(name, record)
  } catch {
    // Without items the loop simply has no output to show.
  }
}
