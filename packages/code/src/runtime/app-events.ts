import type { Engine } from '@piecework/engine/engine'
import { parseAppEvent } from '@piecework/engine/operations/app-event'
import type { AppWebhook, ParseAppEvent, TriggerHookResult } from '@piecework/engine/protocol'
import { parseJson } from '@piecework/model/parse-json'
import type { FlowResponse } from '@piecework/model/run/waitpoint'

/** The events that a trigger has said it wants, as its result has them. */
export type Listeners = NonNullable<TriggerHookResult['listeners']>

/** The secret of an app's webhook in a variable of the environment: JSON of an object, or a text. */
export function secretIn(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  const value = parseJson(text)
  return typeof value === 'object' && value !== null ? value : text
}

interface Listening {
  piece: ParseAppEvent['piece']
  appWebhook: AppWebhook
  listeners: Listeners
}

/**
 * Reads a call of the one webhook that an app has for all of its events, as a server does.
 * @returns the answer for the app, and whether the trigger wants the event
 */
export async function readAppEvent(
  engine: Engine,
  { piece, appWebhook, listeners }: Listening,
  call: unknown,
): Promise<{ response: FlowResponse; isWanted: boolean }> {
  const ids = { projectId: 'program', platformId: 'program', engineToken: '' }
  const payload = JSON.stringify(call)
  const read = await parseAppEvent({ type: 'PARSE_APP_EVENT', ...ids, piece, payload, appWebhook }, engine)
  if (read.error !== undefined) console.error(read.error)
  const { event, identifierValue = '', reply, verified } = read
  const isWanted =
    verified &&
    listeners.some((wanted) => wanted.identifierValue === identifierValue && wanted.events.some((one) => one === event))
  if (reply && (event === undefined || verified)) return { response: { status: 200, ...reply }, isWanted }
  return { response: { status: verified ? 200 : 400, body: {} }, isWanted }
}
