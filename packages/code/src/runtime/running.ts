import { AsyncLocalStorage } from 'node:async_hooks'
import type { PlannedStep, Run } from '@piecework/engine/flow/planned'
import type { PreparedVersion } from '@piecework/engine/protocol'
import type { Environment } from '@piecework/engine/resolve/template'
import type { Scope, StepRecord } from '@piecework/engine/state/record'
import type { PropertySettings } from '@piecework/model/flow/step'
import type { StepOutput } from '@piecework/model/run/step-output'
import type { Waiting } from './host.ts'

/** One run of a program. */
export interface Running {
  run: Run
  /** The steps of the round that the program is in. */
  scope: Scope
  /** The steps that ran, for their names in errors. */
  steps: Map<string, PlannedStep>
  prepared: PreparedVersion
  propertySettings: ReadonlyMap<string, Record<string, PropertySettings>>
  /** Steps that wait, by their place. */
  paused: Map<string, StepOutput>
  waiting: Waiting | undefined
  /** The call that a step makes when it is through. */
  called: FlowCall | undefined
  /** How the flow is loaded that a step calls, by the name of the step. */
  callees: Map<string, () => Promise<{ default: Callee }>>
  /** Calls around this run. */
  depth: number
  /** Answers the run that called this one; the first answer counts. */
  answer: ((response: unknown) => void) | undefined
  /** Begins what a step has called. @returns what the step is resumed with */
  begin(call: FlowCall): Promise<unknown>
  /** Waits for what a step waits for. @returns what it is resumed with */
  wait(waiting: Waiting | undefined): Promise<unknown>
  /** Answers of pieces in an earlier run, in the place of what they do. */
  recorded: ReadonlyMap<string, StepRecord[]> | undefined
  loads: Map<string, () => Promise<object>>
}

/** Another program, as a step that calls it sees it. */
export interface Callee {
  run(payload: unknown, options: object): Promise<{ status: string; failedStep: unknown }>
}

/** The call of another flow by a step. */
export interface FlowCall {
  load(): Promise<{ default: Callee }>
  data: unknown
  waits: boolean
}

const runs = new AsyncLocalStorage<Running>()

export const runIn = <T>(running: Running, work: () => Promise<T>): Promise<T> => runs.run(running, work)

/** @throws Error outside of a run */
export function current(): Running {
  const running = runs.getStore()
  if (running === undefined) throw new Error('Steps run in a program: call its run()')
  return running
}

/** The run is over: it failed, or a step ended it. */
export class Ended extends Error {
  constructor() {
    super('The run is over')
    this.name = 'Ended'
  }
}

let environment: Environment | undefined

/** Computes an input. Expressions in it read connections through the environment of the step. */
export function computeIn<T>(given: Environment, compute: () => T): T {
  const before = environment
  environment = given
  try {
    return compute()
  } finally {
    environment = before
  }
}

/** The environment of the input that is computed now. @throws Error outside of an input */
export function environmentNow(): Environment {
  if (environment === undefined) throw new Error('Connections and templates are for the inputs of steps: () => ({ … })')
  return environment
}
