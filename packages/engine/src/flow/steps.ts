import { ExecutionError, errorText, isEngineFailure, MemoryLimitError } from '../errors.ts'
import {
  createLoopState,
  createRecord,
  createScope,
  elapsedSince,
  type LoopState,
  type Scope,
  type StepRecord,
} from '../state/record.ts'
import { executeCode } from './code-step.ts'
import { evaluateConditions, ResolvedBranch } from './conditions.ts'
import { type Run, resolveInput } from './context.ts'
import { endRun, finishStep, restoreStep } from './finish.ts'
import { executePiece } from './piece-step.ts'
import type { PlannedLoop, PlannedRouter, PlannedStep } from './plan.ts'

/** Runs steps in a row until the last, or until one of them ends the run. */
export async function executeChain(run: Run, first: PlannedStep | undefined, scope: Scope): Promise<void> {
  for (let step = first; step !== undefined && run.verdict === 'RUNNING'; step = step.next) {
    if (!step.skip) await executeStep(run, step, scope)
  }
}

async function executeStep(run: Run, step: PlannedStep, scope: Scope): Promise<void> {
  run.stepsCount += 1
  switch (step.type) {
    case 'CODE':
      return executeCode(run, step, scope)
    case 'PIECE':
      return executePiece(run, step, scope)
    case 'LOOP_ON_ITEMS':
      return executeLoop(run, step, scope)
    case 'ROUTER':
      return executeRouter(run, step, scope)
  }
}

/**
 * Runs the body once per item. The items are resolved again on a replay; the steps of finished iterations are
 * then found in the journal.
 */
async function executeLoop(run: Run, step: PlannedLoop, scope: Scope): Promise<void> {
  const start = await startLoop(run, step, scope)
  if (start === undefined) return
  const { record, loop, items } = start
  const startedAt = performance.now()
  run.journal.write(record, scope, false)
  for (let i = 0; i < items.length && run.verdict === 'RUNNING'; i++) {
    const iteration = nextIteration(loop, items[i], scope, step.name, i)
    await executeChain(run, step.body, iteration)
  }
  record.duration = elapsedSince(startedAt)
  record.status = run.verdict === 'PAUSED' ? 'PAUSED' : 'SUCCEEDED'
  run.journal.write(record, scope, false)
}

/** Resolves the items; undefined when that failed and the run has ended. */
export async function startLoop(
  run: Run,
  step: PlannedLoop,
  scope: Scope,
): Promise<{ record: StepRecord; loop: LoopState; items: unknown[] } | undefined> {
  const record = createRecord(step.name, 'LOOP_ON_ITEMS', 'RUNNING')
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

/** Only a list is a list: JSON text is not read, as an author would then loop over something else than was shown. */
function itemsOf(input: unknown): unknown[] | undefined {
  const items: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, 'items') : undefined
  return Array.isArray(items) ? items : undefined
}

const MAX_SHOWN = 200

/** Says what came in the place of a list: a missing value, a text and JSON text look alike in a flow. */
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

async function executeRouter(run: Run, step: PlannedRouter, scope: Scope): Promise<void> {
  const evaluations = await decideRouter(run, step, scope)
  for (const [index, branch] of step.branches.entries()) {
    if (evaluations[index] !== true || run.verdict !== 'RUNNING') continue
    await executeChain(run, branch.body, scope)
    if (step.executionType === 'EXECUTE_FIRST_MATCH') return
  }
}

/** Which branches a router takes, from the journal or by evaluating all conditions; nothing when that failed. */
export async function decideRouter(run: Run, step: PlannedRouter, scope: Scope): Promise<boolean[]> {
  const earlier = run.journal.find(scope, step.name)
  if (earlier?.status === 'SUCCEEDED') {
    restoreStep(run, step.name, earlier, scope)
    return decisionOf(earlier.output)
  }
  const record = createRecord(step.name, 'ROUTER', 'SUCCEEDED')
  const startedAt = performance.now()
  try {
    const input = await resolveInput(run, step.input, scope)
    record.inputText = input.logged
    const resolved: unknown = Reflect.get(Object(input.value), 'branches')
    const branches = evaluateBranches(ResolvedBranch.array().parse(resolved))
    record.outputText = JSON.stringify({ branches })
    record.duration = elapsedSince(startedAt)
    // Conditions over plain paths decide the same way again, so nobody has to wait for their record.
    finishStep(run, record, scope, !step.input.template.stable)
    return branches.map(({ evaluation }) => evaluation)
  } catch (error) {
    if (isEngineFailure(error)) throw error
    failStep(run, record, scope, error)
    return []
  }
}

function evaluateBranches(
  branches: ResolvedBranch[],
): { branchName: string; branchIndex: number; evaluation: boolean }[] {
  const holds = branches.map((branch) => branch.branchType === 'CONDITION' && evaluateConditions(branch.conditions))
  // A second fallback counts as taken, so that none of them fires.
  const others = branches.map((branch, index) => branch.branchType === 'FALLBACK' || holds[index] === true)
  return branches.map((branch, index) => ({
    branchName: String(branch.branchName),
    branchIndex: index + 1,
    evaluation:
      branch.branchType === 'FALLBACK'
        ? others.every((taken, other) => other === index || !taken)
        : holds[index] === true,
  }))
}

function decisionOf(output: unknown): boolean[] {
  const branches: unknown = typeof output === 'object' && output !== null ? Reflect.get(output, 'branches') : undefined
  if (!Array.isArray(branches))
    throw new ExecutionError('EngineGenericError', 'The journal holds a router without its decision')
  return branches.map((branch: unknown) => Reflect.get(Object(branch), 'evaluation') === true)
}

/** Ends the run at a step that failed before it could do anything. */
function failStep(run: Run, record: StepRecord, scope: Scope, error: unknown): void {
  record.status = 'FAILED'
  record.error = errorText(error, run.secrets.mask)
  finishStep(run, record, scope)
  if (run.verdict === 'RUNNING')
    endRun(run, error instanceof MemoryLimitError ? 'MEMORY_LIMIT_EXCEEDED' : 'FAILED', record)
}
