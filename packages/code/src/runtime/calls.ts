import type { Piece } from '@piecework/engine/contract'
import { CALL_FLOW, externalIdIn, MAX_CALL_DEPTH, notWithin, RETURN_RESPONSE } from '../called.ts'
import { current, type FlowCall } from './running.ts'

/** Flows that call flows, in one program: the piece asks the program where it asks a server elsewhere. */

type Action = NonNullable<ReturnType<Piece['getAction']>>

/** The parts of its context that an action of the piece uses. */
interface Context {
  executionType: string
  step: { name: string }
  propsValue: { flowProps?: { payload?: unknown }; waitForResponse?: unknown; response?: { response?: unknown } }
  run: { createWaitpoint(of: object): Promise<{ id: string }>; waitForWaitpoint(id: string): void }
}

/** The piece with actions that stay in the program. */
export function withinProgram(piece: Piece): Piece {
  const getAction = (name: string): Action | undefined => {
    const action = piece.getAction(name)
    if (action === undefined) return undefined
    if (name === CALL_FLOW) return { ...action, run: (context: Context) => callFlow(action, context) }
    if (name === RETURN_RESPONSE) return { ...action, run: returnResponse }
    return action
  }
  return {
    ...{ displayName: piece.displayName, auth: piece.auth, events: piece.events, authors: piece.authors },
    getAction,
    getTrigger: (name) => piece.getTrigger(name),
    metadata: () => piece.metadata(),
    getContextInfo: () => piece.getContextInfo?.(),
  }
}

/** Notes the call, which begins when the step is through: the flow is not a part of the step. */
async function callFlow(action: Action, context: Context): Promise<unknown> {
  // The answer of a flow is read as the piece reads it.
  if (context.executionType === 'RESUME') return Reflect.apply(action.run, action, [context])
  const running = current()
  const load = running.callees.get(context.step.name)
  if (load === undefined) throw new Error(notWithin(externalIdIn(context.propsValue)))
  if (running.depth >= MAX_CALL_DEPTH)
    throw new Error(`A program calls flows ${MAX_CALL_DEPTH} deep at most: this one would go on without an end.`)
  const { flowProps, waitForResponse } = context.propsValue
  const waits = waitForResponse === true
  running.called = { load, data: flowProps?.payload, waits }
  if (!waits) return {}
  const waitpoint = await context.run.createWaitpoint({ type: 'WEBHOOK' })
  context.run.waitForWaitpoint(waitpoint.id)
  return {}
}

async function returnResponse({ propsValue }: Context): Promise<unknown> {
  const response = propsValue.response?.response
  current().answer?.(response)
  return response
}

/** An address for the answer of a called flow: its trigger has one on a server. */
const callbackUrl = (publicUrl: string, runId: string): string => `${publicUrl}v1/flow-runs/${runId}/requests/call`

interface Around {
  publicUrl: string
  runId: string
  /** Runs the other program. */
  run(
    call: FlowCall,
    payload: object,
    answer: (response: unknown) => void,
  ): Promise<{ status: string; failedStep: unknown }>
  /** Keeps track of it, as nobody waits for its end. */
  track(work: Promise<unknown>): void
}

/** Begins a flow. @returns what the step that called it is resumed with */
export async function beginCall(call: FlowCall, { publicUrl, runId, run, track }: Around): Promise<unknown> {
  const answered = Promise.withResolvers<object>()
  const fail = (data: object): void => answered.resolve({ status: 'error', data })
  const payload = { data: call.data, ...(call.waits ? { callbackUrl: callbackUrl(publicUrl, runId) } : {}) }
  const work = run(call, payload, (data) => answered.resolve({ status: 'success', data })).then(
    ({ status, failedStep }) =>
      status === 'SUCCEEDED'
        ? fail({ message: 'The called flow ended without a response' })
        : fail({ message: 'Subflow execution failed', failedStep }),
    (error: unknown) => fail({ message: 'Subflow execution failed', error: String(error) }),
  )
  track(work)
  return call.waits ? { body: await answered.promise, headers: {}, queryParams: {} } : undefined
}
