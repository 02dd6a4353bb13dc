import type { ErrorHandlingOptions, PieceTriggerSettings, Trigger } from '@piecework/model/flow/step'
import type { FailedStep } from '@piecework/model/run/run'
import type { PieceHost } from '../piece/host.ts'
import type { ExecuteFlow, PieceLocation, PreparedVersion, RunPort } from '../protocol.ts'
import { compileTemplate, connectionsOf, type Template } from '../resolve/template.ts'
import type { OnPrinted } from '../sandbox/sandbox.ts'
import type { Scope } from '../state/record.ts'
import type { Journal } from './journal.ts'
import type { LogSize } from './log-size.ts'
import type { Masking } from './masking.ts'

/**
 * A prepared flow version: templates parsed, code and pieces found. Plans are kept by the key of the version and hold
 * no data of a run.
 */
export interface Plan {
  flowId: string
  versionId: string
  trigger: PlannedTrigger
  first: PlannedStep | undefined
  steps: ReadonlyMap<string, PlannedStep>
  pieces: PreparedVersion['pieces']
  /** The values of `{{variables.x}}` as JSON text; undefined for flows without. */
  variables: string | undefined
  /** The types of steps that lead to others. */
  ways: ReadonlySet<string>
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

/** The common properties of steps before planning. */
export interface PlannedBase {
  name: string
  displayName: string
  skip: boolean
  next: PlannedStep | undefined
}

/** A planned step, with its execution. */
export interface PlannedStep extends PlannedBase {
  type: string
  input: PlannedInput
  /** The first steps of the chains inside it. */
  heads: readonly (PlannedStep | undefined)[]
  execute(run: Run, scope: Scope): Promise<void>
  /** Runs it alone, with the sample data of the others. */
  test(run: Run, scope: Scope): Promise<void>
  /** Sets its sample while a step inside it or after it is tested. */
  sample?(run: Run, samples: Scope): Promise<void>
}

/** A step with possible side effects: code, or an action of a piece. */
export interface PlannedActing extends PlannedStep {
  retry: boolean
  continueOnFailure: boolean
}

export function planInput(value: unknown, names: ReadonlySet<string>): PlannedInput {
  const template = compileTemplate(value, names)
  return { template, connections: connectionsOf(template) }
}

export const planActing = (settings: { errorHandlingOptions?: ErrorHandlingOptions | undefined }) => ({
  retry: settings.errorHandlingOptions?.retryOnFailure?.value === true,
  continueOnFailure: settings.errorHandlingOptions?.continueOnFailure?.value === true,
})

/** The state of a run. RUNNING continues; everything else ends it. */
export type RunState = 'RUNNING' | 'STOPPED' | 'FAILED' | 'PAUSED' | 'LOG_SIZE_EXCEEDED' | 'MEMORY_LIMIT_EXCEEDED'

/** Everything that belongs to one run while it is in this engine. */
export interface Run extends PieceHost {
  readonly operation: ExecuteFlow
  readonly plan: Plan
  readonly port: RunPort
  readonly journal: Journal
  readonly logSize: LogSize
  readonly masking: Masking
  readonly top: Scope
  state: RunState
  failedStep: FailedStep | null
  stepsCount: number
  /** The console output of the step that is tested alone. */
  readonly printed: string[]
  /** Absent in runs of whole flows, which keep no console output. */
  readonly onPrinted: OnPrinted | undefined
}
