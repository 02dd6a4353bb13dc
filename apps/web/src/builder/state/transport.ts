import { type BackOff, delayOf } from '@piecework/model/back-off'
import { ApiError } from '@piecework/sdk'
import { client } from '../../api/client.ts'
import type { Transport } from './types.ts'

const TYPING_MS = 500
const RETRYING: BackOff = { firstMs: 500, longestMs: 15_000, spread: [0.5, 1] }

/** The flow at the server. */
export function transportOf(flowId: string): Transport {
  const params = { id: flowId }
  return {
    send: (operation, sending) => client.flows.operate({ params, body: { ...operation, ...sending } }),
    since: (revision) => client.flows.operations({ params, query: { after: revision } }),
    load: () => client.flows.get({ params }),
    wait(attempt, error) {
      const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0
      return pause(Math.max(delayOf(RETRYING, attempt), asked), 'online')
    },
    pause: () => pause(TYPING_MS),
    newId: () => crypto.randomUUID(),
  }
}

/** Ends early when the event comes. */
function pause(ms: number, event?: 'online'): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      if (event) removeEventListener(event, done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    if (event) addEventListener(event, done)
  })
}
