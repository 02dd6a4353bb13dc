import type { RouterExecutionType } from '@piecework/model/flow/router'
import type { RouterAction } from '@piecework/model/flow/step'
import { ExecutionError, isEngineFailure } from '../../errors.ts'
import { clockNow, createRecord, elapsedSince, type Scope } from '../../state/record.ts'
import { executeChain } from '../chain.ts'
import { evaluateConditions, ResolvedBranch } from '../conditions.ts'
import { resolveInput } from '../context.ts'
import { failStep, finishStep, restoreStep } from '../finish.ts'
import { type PlannedStep, planInput, type Run } from '../planned.ts'
import { defineKind } from './kind.ts'

const TYPE = 'ROUTER'

interface PlannedRouter extends PlannedStep {
  executionType: RouterExecutionType
}

export const router = defineKind<RouterAction>(TYPE, {
  isWay: true,
  heads: ({ children }) => children,
  plan({ settings: { branches, executionType }, children }, base, { names, chain }) {
    const step: PlannedRouter = {
      ...base,
      type: TYPE,
      input: planInput({ branches, executionType }, names),
      executionType,
      heads: branches.map((_, index) => chain(children[index])),
      execute: (run, scope) => executeRouter(run, step, scope),
      async test(run, scope) {
        await decideRouter(run, step, scope)
      },
    }
    return step
  },
})

async function executeRouter(run: Run, step: PlannedRouter, scope: Scope): Promise<void> {
  const evaluations = await decideRouter(run, step, scope)
  for (const [index, head] of step.heads.entries()) {
    if (evaluations[index] !== true || run.state !== 'RUNNING') continue
    await executeChain(run, head, scope)
    if (step.executionType === 'EXECUTE_FIRST_MATCH') return
  }
}

/** The branches that a router takes, from the journal or by evaluating all conditions; undefined when that failed. */
async function decideRouter(run: Run, step: PlannedRouter, scope: Scope): Promise<boolean[]> {
  const earlier = run.journal.find(scope, step.name)
  if (earlier?.status === 'SUCCEEDED') {
    restoreStep(run, step.name, earlier, scope)
    return decisionOf(earlier.output)
  }
  const record = createRecord(step.name, TYPE, 'SUCCEEDED')
  const startedAt = clockNow()
  try {
    const input = await resolveInput(run, step.input, scope)
    record.inputText = input.logged
    const resolved: unknown = Reflect.get(Object(input.value), 'branches')
    const branches = evaluateBranches(ResolvedBranch.array().parse(resolved))
    record.outputText = JSON.stringify({ branches })
    record.duration = elapsedSince(startedAt)
    // Conditions over plain paths give the same result again, so there is no wait for their record.
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
  // A second fallback counts as taken, so that none of them runs.
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
