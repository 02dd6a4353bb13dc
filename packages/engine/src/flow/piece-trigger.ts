import { contextVersionOf, type Piece, type PieceTriggerContract } from '../contract.ts'
import { contextParts } from '../piece/context.ts'
import type { PieceHost } from '../piece/host.ts'
import { type PieceInput, preparePieceInput } from '../piece/input.ts'
import { printWithinDepth } from '../state/depth.ts'
import { resolveInput } from './context.ts'
import type { Plan } from './planned.ts'
import { topScope } from './variables.ts'

export interface PreparedTrigger extends PieceInput {
  piece: Piece
  trigger: PieceTriggerContract
  name: string
}

/** Loads a trigger and resolves its input; a trigger can name connections and variables but no steps. */
export async function prepareTrigger(
  host: PieceHost,
  plan: Pick<Plan, 'trigger' | 'variables'>,
): Promise<PreparedTrigger> {
  const { name, piece: planned } = plan.trigger
  if (planned === undefined) throw new Error('The flow has no trigger')
  const { settings, location, input } = planned
  const { pieceName, pieceVersion, triggerName = '' } = settings
  if (location === undefined) throw new Error(`The piece ${pieceName} ${pieceVersion} is not installed`)
  const piece = await host.engine.pieces.load(location)
  const trigger = piece.getTrigger(triggerName)
  if (trigger === undefined) throw new Error(`The piece ${pieceName} ${pieceVersion} has no trigger ${triggerName}`)
  const resolved = await resolveInput(host, input, topScope(plan), contextVersionOf(piece))
  const prepared = await preparePieceInput(piece, trigger, JSON.parse(resolved.text), settings.propertySettings)
  return { ...prepared, piece, trigger, name }
}

/** Runs a trigger with a payload. @returns the events, each as JSON text */
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
  // The default test of the first frameworks returned the sample itself.
  const list: unknown = method === 'TEST' && !Array.isArray(events) ? [events] : events
  if (!Array.isArray(list)) throw new Error(`The trigger ${trigger.name} must return a list of events`)
  return list.map((event) => printWithinDepth(event, 'The event') ?? 'null')
}
