import type { RouterExecutionType } from '@piecework/model/flow/router'
import type {
  Action,
  ErrorHandlingOptions,
  PieceActionSettings,
  PieceTriggerSettings,
  Trigger,
} from '@piecework/model/flow/step'
import type { PieceLocation, PreparedVersion } from '../protocol.ts'
import { compileTemplate, connectionsOf, type Template } from '../resolve/template.ts'

/**
 * A flow version understood once: templates parsed, code and pieces found. Plans are kept by the key of the
 * prepared version and hold nothing of a run.
 */
export interface Plan {
  flowId: string
  versionId: string
  trigger: PlannedTrigger
  first: PlannedStep | undefined
  steps: ReadonlyMap<string, PlannedStep>
  pieces: PreparedVersion['pieces']
}

export interface PlannedInput {
  template: Template
  connections: string[]
}

export interface PlannedTrigger {
  name: string
  displayName: string
  type: Trigger['type']
  piece: { settings: PieceTriggerSettings; location: PieceLocation | undefined; input: PlannedInput } | undefined
}

interface PlannedBase {
  name: string
  displayName: string
  skip: boolean
  next: PlannedStep | undefined
  input: PlannedInput
}
interface Acting {
  retry: boolean
  continueOnFailure: boolean
}
export type PlannedCode = PlannedBase & Acting & { type: 'CODE'; file: string | undefined }
export type PlannedPiece = PlannedBase &
  Acting & { type: 'PIECE'; settings: PieceActionSettings; location: PieceLocation | undefined }
export type PlannedLoop = PlannedBase & { type: 'LOOP_ON_ITEMS'; body: PlannedStep | undefined }
export type PlannedRouter = PlannedBase & {
  type: 'ROUTER'
  executionType: RouterExecutionType
  branches: { body: PlannedStep | undefined }[]
}
export type PlannedStep = PlannedCode | PlannedPiece | PlannedLoop | PlannedRouter

/** Reads a prepared version. Pure: no file is touched. */
export function createPlan(prepared: PreparedVersion): Plan {
  const { version } = prepared
  const { trigger } = version
  const names = new Set([trigger.name])
  collectNames(trigger.nextAction, names)
  const steps = new Map<string, PlannedStep>()
  const context = { prepared, names, steps }
  return {
    flowId: version.flowId,
    versionId: version.id,
    trigger: planTrigger(trigger, context),
    first: planChain(trigger.nextAction, context),
    steps,
    pieces: prepared.pieces,
  }
}

interface Context {
  prepared: PreparedVersion
  names: Set<string>
  steps: Map<string, PlannedStep>
}

function collectNames(first: Action | undefined, names: Set<string>): void {
  for (let action = first; action !== undefined; action = action.nextAction) {
    names.add(action.name)
    if (action.type === 'LOOP_ON_ITEMS') collectNames(action.firstLoopAction, names)
    if (action.type === 'ROUTER') for (const child of action.children) collectNames(child ?? undefined, names)
  }
}

export function planInput(value: unknown, names: ReadonlySet<string>): PlannedInput {
  const template = compileTemplate(value, names)
  return { template, connections: connectionsOf(template) }
}

function planTrigger(trigger: Trigger, { prepared, names }: Context): PlannedTrigger {
  const { name, displayName, type } = trigger
  if (trigger.type === 'EMPTY') return { name, displayName, type, piece: undefined }
  const { settings } = trigger
  const location = prepared.pieces[`${settings.pieceName}@${settings.pieceVersion}`]
  return { name, displayName, type, piece: { settings, location, input: planInput(settings.input, names) } }
}

/** Steps in a row are linked from the last to the first, so that long flows need no deep recursion. */
function planChain(first: Action | undefined, context: Context): PlannedStep | undefined {
  const actions: Action[] = []
  for (let action = first; action !== undefined; action = action.nextAction) actions.push(action)
  let next: PlannedStep | undefined
  for (const action of actions.reverse()) {
    next = planAction(action, next, context)
    context.steps.set(next.name, next)
  }
  return next
}

function planAction(action: Action, next: PlannedStep | undefined, context: Context): PlannedStep {
  const { prepared, names } = context
  const base = { name: action.name, displayName: action.displayName, skip: action.skip === true, next }
  switch (action.type) {
    case 'CODE': {
      const input = planInput(action.settings.input, names)
      return { ...base, type: 'CODE', input, ...acting(action.settings), file: prepared.codes[action.name] }
    }
    case 'PIECE': {
      const { settings } = action
      const input = planInput(settings.input, names)
      const location = prepared.pieces[`${settings.pieceName}@${settings.pieceVersion}`]
      return { ...base, type: 'PIECE', input, ...acting(settings), settings, location }
    }
    case 'LOOP_ON_ITEMS': {
      const input = planInput({ items: action.settings.items }, names)
      return { ...base, type: 'LOOP_ON_ITEMS', input, body: planChain(action.firstLoopAction, context) }
    }
    case 'ROUTER': {
      const { branches, executionType } = action.settings
      const bodies = branches.map((_, index) => ({ body: planChain(action.children[index] ?? undefined, context) }))
      return {
        ...base,
        type: 'ROUTER',
        input: planInput({ branches, executionType }, names),
        executionType,
        branches: bodies,
      }
    }
  }
}

const acting = (settings: { errorHandlingOptions?: ErrorHandlingOptions | undefined }): Acting => ({
  retry: settings.errorHandlingOptions?.retryOnFailure?.value === true,
  continueOnFailure: settings.errorHandlingOptions?.continueOnFailure?.value === true,
})
