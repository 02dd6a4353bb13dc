import type { Action, Trigger } from '@piecework/model/flow/step'
import type { PreparedVersion } from '../protocol.ts'
import { createStepKinds, STEP_KINDS, type StepKinds } from './kinds/registry.ts'
import { type Plan, type PlannedStep, type PlannedTrigger, planInput } from './planned.ts'
import { VARIABLES } from './variables.ts'

const ALL_KINDS = createStepKinds(STEP_KINDS)

/** Reads a prepared version. Pure: no file is touched. @param kinds the kinds of steps that it may hold */
export function createPlan(prepared: PreparedVersion, kinds: StepKinds = ALL_KINDS): Plan {
  const { version } = prepared
  const { trigger } = version
  const names = new Set([trigger.name])
  collectNames(trigger.nextAction, names, kinds)
  const variables = version.graph ? JSON.stringify(version.graph.variables) : undefined
  // A step of an older flow may have this name, and hides the variables.
  if (variables !== undefined) names.add(VARIABLES)
  const steps = new Map<string, PlannedStep>()
  const context = { prepared, names, steps, kinds }
  return {
    flowId: version.flowId,
    versionId: version.id,
    trigger: planTrigger(trigger, context),
    first: planChain(trigger.nextAction, context),
    steps,
    pieces: prepared.pieces,
    variables,
    ways: kinds.ways,
  }
}

interface Context {
  prepared: PreparedVersion
  names: Set<string>
  steps: Map<string, PlannedStep>
  kinds: StepKinds
}

function collectNames(first: Action | null | undefined, names: Set<string>, kinds: StepKinds): void {
  for (let action = first ?? undefined; action !== undefined; action = action.nextAction) {
    names.add(action.name)
    for (const head of kinds.of(action).heads(action)) collectNames(head, names, kinds)
  }
}

function planTrigger(trigger: Trigger, { prepared, names }: Context): PlannedTrigger {
  const { name, displayName, type } = trigger
  if (trigger.type === 'EMPTY') return { name, displayName, type, piece: undefined }
  const { settings } = trigger
  const location = prepared.pieces[`${settings.pieceName}@${settings.pieceVersion}`]
  return { name, displayName, type, piece: { settings, location, input: planInput(settings.input, names) } }
}

/** Steps in a row are linked from the last to the first, so that long flows need no deep recursion. */
function planChain(first: Action | null | undefined, context: Context): PlannedStep | undefined {
  const actions: Action[] = []
  for (let action = first ?? undefined; action !== undefined; action = action.nextAction) actions.push(action)
  let next: PlannedStep | undefined
  for (const action of actions.reverse()) {
    next = planAction(action, next, context)
    context.steps.set(next.name, next)
  }
  return next
}

function planAction(action: Action, next: PlannedStep | undefined, context: Context): PlannedStep {
  const { prepared, names, kinds } = context
  const base = { name: action.name, displayName: action.displayName, skip: action.skip === true, next }
  return kinds.of(action).plan(action, base, { prepared, names, chain: (first) => planChain(first, context) })
}
