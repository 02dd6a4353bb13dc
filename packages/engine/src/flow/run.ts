import { createApiClient } from '../api.ts'
import type { Engine } from '../engine.ts'
import { ExecutionError, errorText } from '../errors.ts'
import type { ExecuteFlow, FlowResult, RunPort } from '../protocol.ts'
import { createConnections } from '../resolve/connections.ts'
import { MAX_CONSOLE_TEXT } from '../sandbox/sandbox.ts'
import { createSecrets } from '../secrets/secrets.ts'
import { printSteps } from '../state/record.ts'
import { executeChain } from './chain.ts'
import { createJournal } from './journal.ts'
import { createLogSize } from './log-size.ts'
import { createMasking } from './masking.ts'
import type { Plan, Run } from './planned.ts'
import { executeTest } from './test-step.ts'
import { startTrigger } from './trigger.ts'
import { topScope } from './variables.ts'

/**
 * Runs one flow version, from its trigger or from the end of the journal.
 * @param operation the run
 * @param port the connection to the worker: journal, response, progress
 * @returns the state of the run; failures of steps are results, not exceptions
 * @throws UnknownVersionError when the engine must be sent the version first
 */
export async function runFlow(operation: ExecuteFlow, port: RunPort, engine: Engine): Promise<FlowResult> {
  const run = createRun(operation, port, engine, engine.plan(operation.prepared))
  try {
    refuseContradiction(operation)
    if (operation.test !== null) {
      await executeTest(run, operation.test)
    } else {
      const hasEvent = await startTrigger(run)
      if (!hasEvent) return { ...resultOf(run, 'SUCCEEDED'), noEvent: true }
      await executeChain(run, run.plan.first, run.top)
    }
    return resultOf(run, STATUS_OF[run.state])
  } catch (error) {
    // Everything an author can cause has become the failure of a step before this point.
    return { ...resultOf(run, 'INTERNAL_ERROR'), error: errorText(error, run.secrets.mask) }
  } finally {
    run.sandbox.close()
  }
}

export const STATUS_OF = {
  RUNNING: 'SUCCEEDED',
  STOPPED: 'SUCCEEDED',
  FAILED: 'FAILED',
  PAUSED: 'PAUSED',
  LOG_SIZE_EXCEEDED: 'LOG_SIZE_EXCEEDED',
  MEMORY_LIMIT_EXCEEDED: 'MEMORY_LIMIT_EXCEEDED',
} as const satisfies Record<Run['state'], FlowResult['status']>

/** The state of a run that begins, or goes on. */
export function createRun(operation: ExecuteFlow, port: RunPort, engine: Engine, plan: Plan): Run {
  const { config } = engine
  const api = engine.api ?? createApiClient(config, operation.engineToken)
  const secrets = createSecrets(operation.engineToken)
  const masking = createMasking(secrets, operation.sealKey)
  const printed: string[] = []
  return {
    engine,
    operation,
    plan,
    port,
    api,
    connections: createConnections(port, secrets),
    secrets,
    masking,
    sandbox: engine.sandbox.open(operation.projectId),
    projectId: operation.projectId,
    engineToken: operation.engineToken,
    flowId: operation.flowId,
    flowVersionId: plan.versionId,
    storePrefix: '',
    journal: createJournal({
      port,
      entries: operation.journal,
      sliceThresholdBytes: config.limits.sliceThresholdKb * 1024,
      masking,
      event: operation.triggerPayload,
      ways: plan.ways,
    }),
    logSize: createLogSize(config.limits, plan.trigger.name),
    top: topScope(plan),
    tags: new Set(operation.tags),
    state: 'RUNNING',
    failedStep: null,
    stepsCount: 0,
    printed,
    onPrinted: operation.test === null ? undefined : (text) => void printed.push(text),
  }
}

/** A resumed run without a journal would start over and repeat all its steps. */
function refuseContradiction({ executionType, journal }: ExecuteFlow): void {
  if (executionType === 'RESUME' && journal.length === 0) {
    throw new ExecutionError('EngineGenericError', 'The run cannot be resumed: its journal is empty')
  }
}

/** More secrets may be known than when the step failed. */
function shownFailure({ failedStep, secrets }: Run): FlowResult['failedStep'] {
  const message = failedStep?.message
  return failedStep === null || message === undefined ? failedStep : { ...failedStep, message: secrets.mask(message) }
}

/** The answer to the worker about a run that is over, or waits. */
export function resultOf(run: Run, status: FlowResult['status']): FlowResult {
  const tags = [...run.tags].map(run.secrets.mask)
  const tested = run.operation.test && run.top.steps.get(run.operation.test.stepName)
  // Masked before it is cut: half of a secret could not be found.
  if (tested && run.printed.length > 0)
    tested.printed = run.secrets.mask(run.printed.join('')).slice(0, MAX_CONSOLE_TEXT)
  const log: string[] = ['{"executionState":{"steps":']
  printSteps(run.top.steps, log, run.masking)
  log.push(`,"tags":${JSON.stringify(tags)}}}`)
  return {
    type: 'EXECUTE_FLOW',
    status,
    failedStep: shownFailure(run),
    tags,
    stepsCount: run.stepsCount,
    log: log.join(''),
  }
}
