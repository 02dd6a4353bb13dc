import type { FlowResponse } from '@piecework/model/run/waitpoint'
import type { ContextVersion } from '../contract.ts'
import { NotJsonError } from '../errors.ts'
import type { PieceHost } from '../piece/host.ts'
import { printData, resolve, resolveRedacted } from '../resolve/resolve.ts'
import type { Environment } from '../resolve/template.ts'
import { printWithinDepth, requireDepth } from '../state/depth.ts'
import { findRecord, outputOf, type Scope, type StepRecord } from '../state/record.ts'
import { truncateInput } from './log-size.ts'
import type { PlannedInput, Run } from './planned.ts'

/** The values that templates see in a scope. */
export function environmentOf(
  run: Pick<PieceHost, 'sandbox' | 'connections'>,
  scope: Scope,
  version: ContextVersion,
): Environment {
  const lookup = (name: string): StepRecord | undefined => findRecord(scope, name)
  return {
    output(name) {
      const record = lookup(name)
      return record === undefined ? undefined : outputOf(record)
    },
    evaluate: (script, connection) => run.sandbox.evaluate(script, lookup, connection),
    connection: (externalId) => run.connections.value(externalId, version),
  }
}

export interface ResolvedInput {
  /** May share values with outputs of earlier steps. */
  value: unknown
  /** JSON text of `value`. */
  text: string
  /** JSON text for the log: redacted and truncated. */
  logged: string
}

/**
 * Resolves the input of a step. Only connections make it wait.
 * @throws ExecutionError when a connection cannot be loaded
 */
export async function resolveInput(
  run: Pick<PieceHost, 'sandbox' | 'connections' | 'engine' | 'secrets'>,
  input: PlannedInput,
  scope: Scope,
  version: ContextVersion = '2',
): Promise<ResolvedInput> {
  if (input.connections.length > 0) await run.connections.load(input.connections)
  const environment = environmentOf(run, scope, version)
  const { value, text } = resolvePrinted(input, environment)
  const redacted = input.template.secret ? resolveRedacted(input.template, environment) : value
  const redactedText = input.template.secret ? (printData(redacted) ?? 'null') : text
  const shownText = run.secrets.maskJson(redactedText)
  const shown: unknown = shownText === redactedText ? redacted : JSON.parse(shownText)
  return {
    value,
    text,
    logged: truncateInput(shown, shownText, run.engine.config.limits.inputTruncateThresholdKb * 1024),
  }
}

/** Resolves an input and prints it. @throws Error that names the part that JSON cannot hold */
function resolvePrinted({ template }: PlannedInput, environment: Environment): { value: unknown; text: string } {
  try {
    const value = resolve(template, environment)
    const text = printInput(value)
    // Large integers have become text: pieces and loops get the same values as code.
    return typeof text === 'string' ? { value, text } : text
  } catch (error) {
    if (!(error instanceof NotJsonError) || template.kind !== 'map') throw error
    for (const [name, part] of template.entries) {
      try {
        printData(resolve(part, environment))
      } catch (cause) {
        if (cause instanceof NotJsonError) throw new Error(`The input ${name} cannot be used: ${cause.message}`)
      }
    }
    throw error
  }
}

function printInput(value: unknown): string | { value: unknown; text: string } {
  try {
    return printWithinDepth(value, 'The input') ?? 'null'
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  const text = requireDepth(printData(value) ?? 'null', 'The input')
  return { value: JSON.parse(text), text }
}

/** Answers the waiting HTTP caller, if the step may: only the piece whose trigger took the call answers it. */
export function respond(run: Run, pieceName: string, response: FlowResponse): void {
  if (!run.operation.callerWaits || run.plan.trigger.piece?.settings.pieceName !== pieceName) return
  run.port.respond({ status: response.status ?? 200, body: response.body ?? {}, headers: response.headers ?? {} })
}
