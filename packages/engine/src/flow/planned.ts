import type { ErrorHandlingOptions, PieceTriggerSettings, Trigger } from '@piecework/model/flow/step'
import type { FailedStep } from '@piecework/model/run/run'
import type { PieceHost } from '../piece/host.ts'
import type { ExecuteFlow, PieceLocation, PreparedVersion, RunPort } from '../protocol.ts'
import { compileTemplate, connectionsOf, type Template } from '../resolve/template.ts'
import type { Scope } from '../state/record.ts'
import type { Journal } from './journal.ts'
import type { LogSize } from './log-size.ts'
import type { Showing } from './showing.ts'

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

/** What every kind of step has before it is planned. */
export interface PlannedBase {
  name: string
  displayName: string
  skip: boolean
  next: PlannedStep | undefined
}

/** A step that knows how it is run. */
export interface PlannedStep extends PlannedBase {
  type: string
  input: PlannedInput
  /** The first steps of the chains inside of it. */
  heads: readonly (PlannedStep | undefined)[]
  execute(run: Run, scope: Scope): Promise<void>
  /** Runs it alone, over the sample data of the others. */
  test(run: Run, scope: Scope): Promise<void>
  /** What it shows while a step inside of it or behind it is tested. */
  sample?(run: Run, samples: Scope): Promise<void>
}

/** A step that does something of its own: code, or an action of a piece. */
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

/** How a run stands. RUNNING goes on; everything else ends it. */
export type Verdict = 'RUNNING' | 'STOPPED' | 'FAILED' | 'PAUSED' | 'LOG_SIZE_EXCEEDED' | 'MEMORY_LIMIT_EXCEEDED'

/** Everything that belongs to one run while it is in this engine. */
export interface Run extends PieceHost {
  readonly operation: ExecuteFlow
  readonly plan: Plan
  readonly port: RunPort
  readonly journal: Journal
  readonly logSize: LogSize
  readonly showing: Showing
  readonly top: Scope
  verdict: Verdict
  failedStep: FailedStep | null
  stepsCount: number
}
