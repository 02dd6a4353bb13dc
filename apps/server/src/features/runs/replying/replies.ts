import type { FlowRunStatus } from '@piecework/model/run/status'
import type { FlowResponse } from '@piecework/model/run/waitpoint'
import type { Bus } from '../../../bus/bus.ts'
import type { Message } from '../../../bus/topics.ts'
import type { NewRun } from '../new-run.ts'

/** The reply of a run: the flow's answer, the end of the run without one, or that the trigger made no event of the call. */
export type RunReply = Message<'RUN_REPLY'>['reply']

/** The outcome for a waiting caller: a reply, nothing in time, or nothing before the server stops. */
export type Reply = RunReply | { kind: 'TIMEOUT' } | { kind: 'STOPPED' }

/** The app at which the caller of a run waits, according to the run's row. */
export interface Caller {
  replyTo: string | null
  replyUntil: string | null
}

export const NO_CALLER: Caller = { replyTo: null, replyUntil: null }

/** Callers that wait for runs, here or at another app, which then gets a message. */
export interface RunReplies {
  /**
   * Resolves with the first of: a response, the end of the run, the time limit, or the caller giving up.
   * @param onGivingUp gets what is to be called then
   */
  expect(runId: string, timeoutMs: number, onGivingUp?: (giveUp: () => void) => void): Promise<Reply>
  /** The run is on its way: from now on what is stored of it is meant for the caller that is expected. */
  watch(runId: string): void
  /** The server stops: callers of runs that match wait no longer. */
  dismiss(matches: (runId: string) => boolean): void
  /** The fields for the row of a run whose caller waits here. */
  address(timeoutMs: number): NonNullable<NewRun['replyTo']>
  isExpected(runId: string, caller?: Caller): boolean
  /** The app at which the caller of a run that goes on here still waits; undefined when it is none, or this one. */
  elsewhere(runId: string, caller: Caller): string | undefined
  respond(runId: string, response: FlowResponse, caller?: Caller): void
  finished(runId: string, status: FlowRunStatus, caller?: Caller): void
  refused(runId: string, caller?: Caller): void
  /** A reply that was found where it is stored. */
  found(runId: string, reply: RunReply): void
  /** Runs that are on their way, and whose callers wait here. */
  watched(): string[]
}

export function createRunReplies(bus: Bus): RunReplies {
  const waiting = new Map<string, Set<(reply: Reply) => void>>()
  const watched = new Set<string>()

  const settle = (runId: string, reply: Reply): boolean => {
    const callers = waiting.get(runId)
    for (const answer of callers ?? []) answer(reply)
    return callers !== undefined
  }

  const elsewhere = ({ replyTo, replyUntil }: Caller): string | undefined =>
    replyTo !== null && replyTo !== bus.appId && replyUntil !== null && Date.parse(replyUntil) > Date.now()
      ? replyTo
      : undefined

  const tell = (runId: string, reply: RunReply, caller: Caller): void => {
    if (settle(runId, reply)) return
    const app = elsewhere(caller)
    if (app !== undefined) bus.publish('RUN_REPLY', { runId, reply }, app)
  }

  bus.on('RUN_REPLY', ({ runId, reply }) => void settle(runId, reply))

  return {
    expect: (runId, timeoutMs, onGivingUp) =>
      new Promise((resolve) => {
        const callers = waiting.get(runId) ?? new Set()
        const timer = setTimeout(() => answer({ kind: 'TIMEOUT' }), timeoutMs)
        const answer = (reply: Reply) => {
          if (!callers.delete(answer)) return
          clearTimeout(timer)
          if (callers.size === 0) {
            waiting.delete(runId)
            watched.delete(runId)
          }
          resolve(reply)
        }
        callers.add(answer)
        waiting.set(runId, callers)
        onGivingUp?.(() => answer({ kind: 'TIMEOUT' }))
      }),
    watch(runId) {
      if (waiting.has(runId)) watched.add(runId)
    },
    dismiss(matches) {
      for (const runId of [...waiting.keys()].filter(matches)) settle(runId, { kind: 'STOPPED' })
    },
    address: (timeoutMs) => ({ app: bus.appId, until: new Date(Date.now() + timeoutMs) }),
    isExpected: (runId, caller = NO_CALLER) => waiting.has(runId) || elsewhere(caller) !== undefined,
    elsewhere: (runId, caller) => (waiting.has(runId) ? undefined : elsewhere(caller)),
    respond: (runId, response, caller = NO_CALLER) => tell(runId, { kind: 'RESPONSE', response }, caller),
    finished: (runId, status, caller = NO_CALLER) => tell(runId, { kind: 'ENDED', status }, caller),
    refused: (runId, caller = NO_CALLER) => tell(runId, { kind: 'REFUSED' }, caller),
    found: (runId, reply) => void settle(runId, reply),
    watched: () => [...watched],
  }
}
