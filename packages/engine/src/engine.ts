import { setTimeout as delay } from 'node:timers/promises'
import type { Piece } from './contract.ts'
import type { StepKinds } from './flow/kinds/registry.ts'
import { createPlan } from './flow/plan.ts'
import type { Plan } from './flow/planned.ts'
import { createPieceLoader } from './piece/loader.ts'
import type { EngineConfig, PreparedVersion } from './protocol.ts'
import { createIsolateSandbox } from './sandbox/isolate.ts'
import { createLocalSandbox, type ForeignCodeWatch } from './sandbox/local.ts'
import { usesIsolates } from './sandbox/uses-isolates.ts'
import type { EngineTools, Steering } from './tools.ts'

/** Pieces in the bundle, by the name in a PieceLocation. */
export type BundledPieces = Record<string, () => Promise<Piece>>

/** Runs operations, and keeps the plans of versions that it has run. */
export interface Engine extends EngineTools {
  /** The plan of a version. @throws UnknownVersionError when only its key is given and the engine does not have it */
  plan(prepared: PreparedVersion | { key: string }): Plan
}

export interface EngineOptions {
  config: EngineConfig
  pieces?: BundledPieces
  steering?: Steering
  /** Gets notice of project code that runs in this process itself. */
  watch?: ForeignCodeWatch
  /** Waits between retries; tests replace it. */
  sleep?: (ms: number) => Promise<void>
  /** The kinds of steps that it runs; the default is all kinds. */
  kinds?: StepKinds
}

/** The engine got a key that it does not have; the worker sends the whole version again. */
export class UnknownVersionError extends Error {
  constructor(key: string) {
    super(`UNKNOWN_VERSION: the engine does not hold the prepared version ${key}`)
    this.name = 'UnknownVersionError'
  }
}

const MAX_PLANS = 1_000

export function createEngine({
  config,
  pieces = {},
  steering = {},
  watch,
  sleep = delay,
  kinds,
}: EngineOptions): Engine {
  const plans = new Map<string, Plan>()
  const isolated = usesIsolates(config.executionMode)
  return {
    config,
    steering,
    pieces: createPieceLoader(pieces),
    sandbox: isolated ? createIsolateSandbox(config.limits) : createLocalSandbox(watch),
    async sleep(ms) {
      await sleep(ms)
    },
    plan(prepared) {
      const plan = plans.get(prepared.key) ?? ('version' in prepared ? createPlan(prepared, kinds) : undefined)
      if (plan === undefined) throw new UnknownVersionError(prepared.key)
      // Deleted and inserted again: the first entry of the map is always the one unused for longest.
      plans.delete(prepared.key)
      plans.set(prepared.key, plan)
      if (plans.size > MAX_PLANS) plans.delete(plans.keys().next().value ?? '')
      return plan
    },
  }
}
