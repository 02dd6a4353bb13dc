import { type Listing, listing } from './listing.ts'
import type { CallOptions, Send } from './transport.ts'
import type { Deleted, Executed, ExecutionSummary, Operations, Workflow, WorkflowSummary } from './types.ts'

export interface ExecuteOptions {
  /** The values that the trigger gives to the other nodes. */
  input?: unknown
  /** How many seconds to wait for the end of the execution. */
  wait?: number
  /** Sent again within a day, it names the same execution and starts nothing. The client makes one for each call. */
  idempotencyKey?: string
}

export const workflowsOf = (send: Send) => ({
  /** Published ones first, then those changed last. */
  list: (query: Operations['workflows.list']['query'] = {}, call: CallOptions = {}): Listing<WorkflowSummary> =>
    listing(send, 'workflows.list', { query }, call),

  /** A workflow with its newest graph. */
  get: async (id: string, call: CallOptions = {}): Promise<Workflow> =>
    (await send('workflows.get', { params: { id } }, call)).data,

  /** @throws ValidationError with the ids of the nodes and edges that cannot be a workflow */
  create: async (body: Operations['workflows.create']['body'], call: CallOptions = {}): Promise<Workflow> =>
    (await send('workflows.create', { body }, call)).data,

  /** Changes any part; `status: 'published'` publishes the graph, `'draft'` takes it out of service. */
  update: async (id: string, body: Operations['workflows.update']['body'], call: CallOptions = {}): Promise<Workflow> =>
    (await send('workflows.update', { params: { id }, body }, call)).data,

  /** Its executions stay. */
  delete: async (id: string, call: CallOptions = {}): Promise<Deleted> =>
    (await send('workflows.remove', { params: { id } }, call)).data,

  /** Starts the published graph; an attempt that got no answer is repeated and starts nothing twice. */
  execute: async (
    id: string,
    { input, wait, idempotencyKey = randomKey() }: ExecuteOptions = {},
    call: CallOptions = {},
  ): Promise<Executed> => {
    const request = {
      params: { id },
      query: { wait },
      body: { input },
      headers: { 'Idempotency-Key': idempotencyKey },
      ...(wait === undefined ? {} : { patience: wait }),
    }
    return (await send('executions.execute', request, call)).data
  },

  /** The executions of a workflow, newest first. */
  executions: (
    id: string,
    query: Operations['executions.listOfWorkflow']['query'] = {},
    call: CallOptions = {},
  ): Listing<ExecutionSummary> => listing(send, 'executions.listOfWorkflow', { params: { id }, query }, call),
})

/** Also where `crypto.randomUUID` is not there: on pages without TLS. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
