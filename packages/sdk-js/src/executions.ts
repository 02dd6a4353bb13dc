import { WaitTimeoutError } from './errors.ts'
import { type Listing, listing } from './listing.ts'
import { pause } from './pause.ts'
import type { CallOptions, Send } from './transport.ts'
import type { Execution, ExecutionSummary, Operations } from './types.ts'

export interface WaitOptions extends CallOptions {
  /** The most seconds to wait. The default is 300. */
  timeout?: number
}

const WAIT_SECONDS = 300
const FIRST_LOOK_MS = 200
const LONGEST_LOOK_MS = 3000
const OVER: ReadonlySet<Execution['status']> = new Set(['completed', 'failed', 'cancelled'])

export const executionsOf = (send: Send) => {
  const get = async (id: string, call: CallOptions = {}): Promise<Execution> =>
    (await send('executions.get', { params: { id } }, call)).data

  return {
    /** The executions of the project, newest first. */
    list: (query: Operations['executions.list']['query'] = {}, call: CallOptions = {}): Listing<ExecutionSummary> =>
      listing(send, 'executions.list', { query }, call),

    /** An execution with its output and logs. */
    get,

    /**
     * An execution once it is over: completed, failed or cancelled.
     * @throws WaitTimeoutError when that takes longer than somebody wants to wait
     */
    async wait(id: string, { timeout = WAIT_SECONDS, signal }: WaitOptions = {}): Promise<Execution> {
      const end = Date.now() + timeout * 1000
      for (let wait = FIRST_LOOK_MS; ; wait = Math.min(LONGEST_LOOK_MS, wait * 1.5)) {
        const execution = await get(id, { signal })
        if (OVER.has(execution.status)) return execution
        const left = end - Date.now()
        if (left <= 0) throw new WaitTimeoutError(`The execution ${id} is ${execution.status} after ${timeout} seconds`)
        await pause(Math.min(wait, left), signal)
      }
    },

    /** Cancels an execution that is not over. */
    cancel: async (id: string, call: CallOptions = {}): Promise<Execution> =>
      (await send('executions.cancel', { params: { id } }, call)).data,

    /** Executes again: a failed one goes on at the failed node, any other begins again. */
    retry: async (
      id: string,
      body: Operations['executions.retry']['body'] = {},
      call: CallOptions = {},
    ): Promise<Execution> => (await send('executions.retry', { params: { id }, body }, call)).data,
  }
}
