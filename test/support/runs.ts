import { join } from 'node:path'
import type { FlowRun } from '@piecework/model/run/run'
import { isTerminal } from '@piecework/model/run/run-statuses'
import { type Client, piece, type RunFilter, signIn, until } from './client.ts'
import { http, type RawAnswer } from './http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './process.ts'

export const NOBODY = '000000000000000000000'

/** Starts runs by webhook and looks at them, through the API alone. */
export interface Runs {
  /** Calls the webhook of a flow. */
  fire(flowId: string, json?: unknown, form?: string): Promise<RawAnswer>
  runsOf(flowId: string, filter?: RunFilter): Promise<FlowRun[]>
  /** The newest run of a flow in one of these statuses, with its steps. */
  runIn(flowId: string, ...wanted: string[]): Promise<FlowRun>
  /** The run once it is over. */
  ended(id: string): Promise<FlowRun>
  /** A call of the API, whatever its answer. */
  api(method: string, path: string, json?: unknown): Promise<RawAnswer>
}

export function runsOf(client: Client): Runs {
  const { base, token } = client
  const runs: Runs = {
    fire: (flowId, json = {}, form = '') => http(`${base}/v1/webhooks/${flowId}${form}`, { json }),
    runsOf: async (flowId, filter = {}) => (await client.runs({ flowId: [flowId], limit: 100, ...filter })).data,
    runIn: (flowId, ...wanted) =>
      until(async () => {
        const run = (await runs.runsOf(flowId)).find(({ status }) => wanted.includes(status))
        return run && client.run(run.id)
      }),
    ended: (id) =>
      until(async () => {
        const run = await client.run(id)
        return isTerminal(run.status) && run
      }),
    api: (method, path, json) =>
      http(base + path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(json === undefined ? {} : { json }),
      }),
  }
  return runs
}

/** A server of its own with somebody signed in; `folder` has room for what its flows write. */
export async function startRuns(
  env: Record<string, string>,
): Promise<{ folder: string; server: ServerProcess; client: Client; runs: Runs; stop(): Promise<void> }> {
  await using stack = new AsyncDisposableStack()
  const folder = await temporaryFolder()
  stack.defer(folder.remove)
  const server = await startServer(join(folder.path, 'config'), env)
  stack.defer(async () => void (await server.stop()))
  const client = await signIn(server.base)
  const owned = stack.move()
  return { folder: folder.path, server, client, runs: runsOf(client), stop: () => owned.disposeAsync() }
}

/** Pauses the run until one of its links is opened. */
export const waitForApproval = (name: string) =>
  piece(name, '@activepieces/piece-approval', '0.1.19', 'wait_for_approval')
export const approvalLinks = (name: string) =>
  piece(name, '@activepieces/piece-approval', '0.1.19', 'create_approval_links')
export const delay = (name: string, seconds: number) =>
  piece(name, '@activepieces/piece-delay', '0.3.27', 'delayFor', { unit: 'seconds', delayFor: seconds })
/** Answers the caller, and waits for the next call. */
export const answerAndWait = (name: string, body: unknown) =>
  piece(name, '@activepieces/piece-webhook', '0.1.33', 'return_response_and_wait_for_next_webhook', {
    responseType: 'json',
    fields: { status: 200, headers: {}, body },
  })
