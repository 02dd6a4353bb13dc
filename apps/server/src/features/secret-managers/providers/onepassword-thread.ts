import { parentPort, workerData } from 'node:worker_threads'

/** Signs in to 1Password, and reads a secret if there is a reference (`op://vault/item/field`). */
export interface Question {
  token: string
  reference?: string
}

export type FromThread =
  | { answer: string }
  | { failed: string }
  | { id: number; url: string; method: string; headers: Record<string, string>; body: Uint8Array }

export type ToThread =
  | { id: number; status: number; headers: [string, string][]; body: Uint8Array<ArrayBuffer> }
  | { id: number; failed: string }

const INTEGRATION = { integrationName: 'Piecework', integrationVersion: '1' }
/** Statuses whose Response may have no body. */
const EMPTY = new Set([204, 205, 304])

if (parentPort) void answer(parentPort, workerData)

/** Lives for one question; `onepassword-account.ts` starts and ends it. */
async function answer(port: NonNullable<typeof parentPort>, { token, reference }: Question): Promise<void> {
  globalThis.fetch = fetchThrough(port)
  try {
    const { createClient } = await import('@1password/sdk')
    const client = await createClient({ auth: token, ...INTEGRATION })
    const secret = reference === undefined ? '' : await client.secrets.resolve(reference)
    port.postMessage({ answer: secret } satisfies FromThread)
  } catch (error) {
    port.postMessage({ failed: error instanceof Error ? error.message : String(error) } satisfies FromThread)
  }
}

/** The `fetch` of the SDK: the thread that started this one makes the request. */
function fetchThrough(port: NonNullable<typeof parentPort>): typeof fetch {
  const pending = new Map<number, (reply: ToThread) => void>()
  port.on('message', (reply: ToThread) => {
    pending.get(reply.id)?.(reply)
    pending.delete(reply.id)
  })
  let requests = 0
  return async (input, init) => {
    const request = new Request(input, init)
    const id = ++requests
    const body = new Uint8Array(await request.arrayBuffer())
    const { url, method } = request
    const headers = Object.fromEntries(request.headers)
    const reply = await new Promise<ToThread>((resolve) => {
      pending.set(id, resolve)
      port.postMessage({ id, url, method, headers, body } satisfies FromThread)
    })
    if ('failed' in reply) throw new TypeError(reply.failed)
    const { status } = reply
    const response = new Response(EMPTY.has(status) ? null : reply.body, { status, headers: reply.headers })
    // The SDK reads the address of the answer, which a Response that is made by hand lacks.
    return Object.defineProperty(response, 'url', { value: url })
  }
}
