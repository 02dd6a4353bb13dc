import { contextVersionOf, type PieceProperty } from '../contract.ts'
import type { Engine } from '../engine.ts'
import { isEngineFailure, masked } from '../errors.ts'
import { resolveInput } from '../flow/context.ts'
import { sampleLoop } from '../flow/kinds/loop.ts'
import { planInput } from '../flow/planned.ts'
import { setSample } from '../flow/samples.ts'
import { contextParts } from '../piece/context.ts'
import type { PieceHost } from '../piece/host.ts'
import type { ExecuteProperty, PropertyResult, RunPort } from '../protocol.ts'
import { guarded } from '../sandbox/guards.ts'
import { createScope } from '../state/record.ts'
import { createHost } from './operation-host.ts'
import { FAILED_OPTIONS, presentableOptions } from './property-result.ts'

/**
 * Asks a property for its options, or for its properties.
 * @throws Error when there is no such property, or it is of another kind
 */
export async function executeProperty(
  operation: ExecuteProperty,
  port: Pick<RunPort, 'connection'>,
  engine: Engine,
): Promise<PropertyResult> {
  const piece = await engine.pieces.load(operation.piece)
  const { actionOrTriggerName, propertyName } = operation
  const part = piece.getAction(actionOrTriggerName) ?? piece.getTrigger(actionOrTriggerName)
  if (part === undefined)
    throw new Error(`The piece ${operation.pieceName} has no action or trigger ${actionOrTriggerName}`)
  const property = part.props[propertyName]
  const resolver = resolverOf(property)
  if (resolver === undefined) throw new Error(`${propertyName} of ${actionOrTriggerName} is no property with options`)
  const host = createHost(engine, port, operation, {
    flowId: operation.flowId ?? '',
    flowVersionId: operation.flowVersionId ?? '',
  })
  try {
    const input = await resolveOverSamples(host, operation, contextVersionOf(piece))
    const parts = contextParts(host, actionOrTriggerName, piece)
    const context = { ...parts, searchValue: operation.searchValue ?? undefined }
    const given: unknown = await guarded(() => resolver.resolve(input, context))
    return {
      type: 'EXECUTE_PROPERTY',
      propertyType: resolver.type,
      options: presentableOptions(host.secrets.maskValue(given), resolver.type === 'DYNAMIC'),
    }
  } catch (error) {
    if (isEngineFailure(error)) throw masked(error, host.secrets)
    return { type: 'EXECUTE_PROPERTY', propertyType: resolver.type, options: FAILED_OPTIONS }
  } finally {
    host.sandbox.close()
  }
}

interface Resolver {
  type: PropertyResult['propertyType']
  resolve(propsValue: unknown, context: unknown): unknown
}

function resolverOf(property: PieceProperty | undefined): Resolver | undefined {
  if (property === undefined) return undefined
  const { type } = property
  if (type !== 'DYNAMIC' && type !== 'DROPDOWN' && type !== 'MULTI_SELECT_DROPDOWN') return undefined
  const resolve = type === 'DYNAMIC' ? property.props : property.options
  if (typeof resolve !== 'function') return undefined
  return { type, resolve: (propsValue, context) => Reflect.apply(resolve, property, [propsValue, context]) }
}

async function resolveOverSamples(
  host: PieceHost,
  { input, sampleData, loops = [] }: ExecuteProperty,
  version: ReturnType<typeof contextVersionOf>,
): Promise<unknown> {
  const scope = createScope()
  for (const [name, text] of Object.entries(sampleData)) setSample(scope, name, text)
  const names = new Set([...Object.keys(sampleData), ...loops.map((loop) => loop.stepName)])
  for (const { stepName, items } of loops) await sampleLoop(host, scope, stepName, planInput({ items }, names))
  const planned = planInput(input, names)
  const resolved = await resolveInput(host, planned, scope, version)
  const values: Record<string, unknown> = JSON.parse(resolved.text)
  // Pieces ask whether there is a connection at all.
  if (values.auth === '' || values.auth === null) values.auth = undefined
  return values
}
