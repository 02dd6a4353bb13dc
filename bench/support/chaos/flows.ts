import { type Client, code, loop, piece, respond } from '../../../test/support/client.ts'
import { approvalLinks, delay, waitForApproval } from '../../../test/support/runs.ts'

/**
 * The flows of the chaos benchmark. Every code step reports its start to the sink; `order` lists the steps that a call
 * reports, from its start to its end.
 */
export const KINDS = {
  loop: { order: ['one', 'item-0', 'item-1', 'item-2', 'last'], weight: 5 },
  /** Answers its caller in the middle. */
  sync: { order: ['one', 'last'], weight: 4 },
  /** Waits for a call, which the sink makes. */
  approval: { order: ['one', 'last'], weight: 3 },
  /** Waits longer than a delay that the engine waits out itself. */
  delay: { order: ['one', 'last'], weight: 1 },
  /** Calls another flow, and waits for its answer. */
  parent: { order: ['one', 'last'], weight: 2 },
  child: { order: ['child'], weight: 0 },
  /** Started by the clock. */
  tick: { order: ['tick', 'tock'], weight: 0 },
} as const satisfies Record<string, { order: string[]; weight: number }>
export type Kind = keyof typeof KINDS

export const isKind = (name: string): name is Kind => Object.hasOwn(KINDS, name)

/** The shortest interval of a schedule; several flows with it are due at the same time. */
export const TICK_MS = 60_000
const TICKING = 5
const DELAY_SECONDS = 11
const STEP_MS = 20
const SUBFLOWS = ['@activepieces/piece-subflows', '0.4.12'] as const
const SCHEDULE = ['@activepieces/piece-schedule', '0.1.17'] as const

export interface ChaosFlows {
  /** The flow of each kind. */
  called: Record<Exclude<Kind, 'tick'>, string>
  ticking: string[]
}

/** Creates, publishes and enables them. @returns their ids. */
export async function createFlows(client: Client, sink: string): Promise<ChaosFlows> {
  const writes = (name: string, step: string, call: string, more: Record<string, unknown> = {}) =>
    code(name, WRITES, { sink, step, call, ...more })
  const CALL = '{{trigger.body.call}}'
  const first = writes('step_1', 'one', CALL)
  const last = writes('step_9', 'last', CALL)

  const child = await client.liveFlow(
    [
      writes('step_1', 'child', '{{trigger.data.call}}'),
      subflow('step_2', 'returnResponse', { mode: 'advanced', response: { response: { done: true } } }),
    ],
    pieceTrigger(...SUBFLOWS, 'callableFlow', {
      mode: 'advanced',
      exampleData: { sampleData: {} },
    }),
  )
  const { externalId } = await client.api.flows.get({ params: { id: child } })
  const called = {
    child,
    loop: await client.liveFlow([
      first,
      loop('step_2', '{{trigger.body.items}}', [writes('step_3', 'item-{{step_2.item}}', CALL)]),
      last,
    ]),
    sync: await client.liveFlow([first, respond('step_2', { call: CALL }, { respond: 'respond' }), last]),
    approval: await client.liveFlow([
      approvalLinks('step_1'),
      writes('step_2', 'one', CALL, { link: '{{step_1.approvalLink}}' }),
      waitForApproval('step_3'),
      last,
    ]),
    delay: await client.liveFlow([first, delay('step_2', DELAY_SECONDS), last]),
    parent: await client.liveFlow([
      first,
      subflow('step_2', 'callFlow', {
        flow: { externalId },
        mode: 'advanced',
        flowProps: { payload: { call: `${CALL}>child` } },
        waitForResponse: true,
      }),
      last,
    ]),
  }
  const ticking: string[] = []
  for (let i = 0; i < TICKING; i++)
    ticking.push(
      await client.liveFlow(
        // The event of a tick names no call: the first step draws a name, and the second reports the one that counted.
        [writes('step_1', 'tick', ''), writes('step_2', 'tock', '{{step_1}}')],
        pieceTrigger(...SCHEDULE, 'every_x_minutes', { minutes: 1 }),
      ),
    )
  return { called, ticking }
}

const WRITES = `export const code = async ({ sink, step, call, link }) => {
  const name = call || crypto.randomUUID()
  const response = await fetch(sink, { method: 'POST', body: JSON.stringify({ call: name, step, link }) })
  if (!response.ok) throw new Error('the sink answered ' + response.status)
  await new Promise((resolve) => setTimeout(resolve, ${STEP_MS}))
  return name
}`

const subflow = (name: string, action: string, input: Record<string, unknown>) =>
  piece(name, ...SUBFLOWS, action, input)

const pieceTrigger = (pieceName: string, pieceVersion: string, triggerName: string, input: object) => ({
  name: 'trigger',
  displayName: 'trigger',
  valid: true,
  lastUpdatedDate: new Date(0).toISOString(),
  type: 'PIECE_TRIGGER',
  settings: { pieceName, pieceVersion, triggerName, input, propertySettings: {} },
})
