import type { FlowRunStatus } from '@piecework/model/run/status'
import type { FlowResponse } from '@piecework/model/run/waitpoint'

/**
 * What a waiting caller gets: the flow's answer, the end of the run without one, the word that the trigger made no
 * event of the call, or nothing in time.
 */
export type Reply =
  | { kind: 'RESPONSE'; response: FlowResponse }
  | { kind: 'ENDED'; status: FlowRunStatus }
  | { kind: 'REFUSED' }
  | { kind: 'TIMEOUT' }

/** Callers that wait for runs, in this process. */
export interface RunReplies {
  /** Resolves with the first of: a response, the end of the run, the time limit. */
  expect(runId: string, timeoutMs: number): Promise<Reply>
  isExpected(runId: string): boolean
  respond(runId: string, response: FlowResponse): void
  finished(runId: string, status: FlowRunStatus): void
  refused(runId: string): void
}

export function createRunReplies(): RunReplies {
  const waiting = new Map<string, (reply: Reply) => void>()
  return {
    expect: (runId, timeoutMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => settle({ kind: 'TIMEOUT' }), timeoutMs)
        const settle = (reply: Reply) => {
          clearTimeout(timer)
          waiting.delete(runId)
          resolve(reply)
        }
        waiting.set(runId, settle)
      }),
    isExpected: (runId) => waiting.has(runId),
    respond: (runId, response) => waiting.get(runId)?.({ kind: 'RESPONSE', response }),
    finished: (runId, status) => waiting.get(runId)?.({ kind: 'ENDED', status }),
    refused: (runId) => waiting.get(runId)?.({ kind: 'REFUSED' }),
  }
}
