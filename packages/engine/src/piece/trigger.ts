import { resolveInput } from '../flow/context.ts'
import { printWithinDepth } from '../flow/depth.ts'
import type { PlannedTrigger } from '../flow/plan.ts'
import { createScope } from '../flow/record.ts'
import { contextParts } from './context.ts'
import { contextVersionOf, type Piece, type PieceTriggerContract } from './contract.ts'
import type { PieceHost } from './host.ts'
import { type PieceInput, preparePieceInput } from './input.ts'

export interface PreparedTrigger extends PieceInput {
  piece: Piece
  trigger: PieceTriggerContract
  name: string
}

/** Loads a trigger and resolves its input; a trigger can name connections but no steps. */
export async function prepareTrigger(host: PieceHost, planned: PlannedTrigger): Promise<PreparedTrigger> {
  const { name } = planned
  if (planned.piece === undefined) throw new Error('The flow has no trigger')
  const { settings, location, input } = planned.piece
  const { pieceName, pieceVersion, triggerName = '' } = settings
  if (location === undefined) throw new Error(`The piece ${pieceName} ${pieceVersion} is not installed`)
  const piece = await host.engine.pieces.load(location)
  const trigger = piece.getTrigger(triggerName)
  if (trigger === undefined) throw new Error(`The piece ${pieceName} ${pieceVersion} has no trigger ${triggerName}`)
  const resolved = await resolveInput(host, input, createScope(), contextVersionOf(piece))
  const prepared = await preparePieceInput(piece, trigger, JSON.parse(resolved.text), settings.propertySettings)
  return { ...prepared, piece, trigger, name }
}

/** Runs a trigger over a payload. @returns the events, JSON text each */
export async function runTrigger(
  host: PieceHost,
  { piece, trigger, name, auth, propsValue }: PreparedTrigger,
  method: 'RUN' | 'TEST',
  payload: unknown,
  extra: Record<string, unknown> = {},
): Promise<string[]> {
  const context = { ...contextParts(host, name, piece), auth, propsValue, payload, ...extra }
  const run = method === 'TEST' && trigger.test !== undefined ? trigger.test : trigger.run
  const events: unknown = await Reflect.apply(run, trigger, [context])
  // The default test of the first frameworks gave the sample itself.
  const list: unknown = method === 'TEST' && !Array.isArray(events) ? [events] : events
  if (!Array.isArray(list)) throw new Error(`The trigger ${trigger.name} must return a list of events`)
  return list.map((event) => printWithinDepth(event, 'The event') ?? 'null')
}
