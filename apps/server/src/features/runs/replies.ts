import type { FlowRunStatus } from '@piecework/model/run/status'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import type { Bus } from '../../bus/bus.ts'
import type { NewRun } from './new-run.ts'

/**
 * What a waiting caller gets: the flow's answer, the end of the run without one, the word that the trigger made no
 * event of the call, or nothing in time.
 */
export type Reply =
  | { kind: 'RESPONSE'; response: FlowResponse }
  | { kind: 'ENDED'; status: FlowRunStatus }
  | { kind: 'REFUSED' }
  | { kind: 'TIMEOUT' }

/** Where the caller of a run waits, as the run's row says. */
export interface Caller {
  replyTo: string | null
  replyUntil: string | null
}

export const NO_CALLER: Caller = { replyTo: null, replyUntil: null }

/** Callers that wait for runs: here, or at another app that is told. */
export interface RunReplies {
  /** Resolves with the first of: a response, the end of the run, the time limit, or the caller giving up. */
  expect(runId: string, timeoutMs: number, givesUp?: AbortSignal): Promise<Reply>
  /** What the row of a run says whose caller waits here. */
  address(timeoutMs: number): NonNullable<NewRun['replyTo']>
  isExpected(runId: string, caller?: Caller): boolean
  respond(runId: string, response: FlowResponse, caller?: Caller): void
  finished(runId: string, status: FlowRunStatus, caller?: Caller): void
  refused(runId: string, caller?: Caller): void
  /** Runs whose callers wait here. */
  expected(): string[]
}

export function createRunReplies(bus: Bus): RunReplies {
  const waiting = new Map<string, Set<(reply: Reply) => void>>()

  const settle = (runId: string, reply: Reply): boolean => {
    const callers = waiting.get(runId)
    for (const answer of callers ?? []) answer(reply)
    return callers !== undefined
  }

  const elsewhere = ({ replyTo, replyUntil }: Caller): string | undefined =>
    replyTo !== null && replyTo !== bus.appId && replyUntil !== null && Date.parse(replyUntil) > Date.now()
      ? replyTo
      : undefined

  const tell = (runId: string, reply: Exclude<Reply, { kind: 'TIMEOUT' }>, caller: Caller): void => {
    if (settle(runId, reply)) return
    const app = elsewhere(caller)
    if (app !== undefined) bus.publish('RUN_REPLY', { runId, reply }, app)
  }

  bus.on('RUN_REPLY', ({ runId, reply }) => void settle(runId, reply))

  return {
    expect: (runId, timeoutMs, givesUp) =>
      new Promise((resolve) => {
        const callers = waiting.get(runId) ?? new Set()
        const timer = setTimeout(() => answer({ kind: 'TIMEOUT' }), timeoutMs)
        const answer = (reply: Reply) => {
          clearTimeout(timer)
          callers.delete(answer)
          if (callers.size === 0) waiting.delete(runId)
          resolve(reply)
        }
        callers.add(answer)
        givesUp?.addEventListener('abort', () => answer({ kind: 'TIMEOUT' }), { once: true })
        waiting.set(runId, callers)
      }),
    address: (timeoutMs) => ({ app: bus.appId, until: new Date(Date.now() + timeoutMs) }),
    isExpected: (runId, caller = NO_CALLER) => waiting.has(runId) || elsewhere(caller) !== undefined,
    respond: (runId, response, caller = NO_CALLER) => tell(runId, { kind: 'RESPONSE', response }, caller),
    finished: (runId, status, caller = NO_CALLER) => tell(runId, { kind: 'ENDED', status }, caller),
    refused: (runId, caller = NO_CALLER) => tell(runId, { kind: 'REFUSED' }, caller),
    expected: () => [...waiting.keys()],
  }
}
