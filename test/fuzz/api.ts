import type { Client } from '../support/client.ts'
import { http } from '../support/http.ts'
import { callsOf, type Document } from './document.ts'
import { seeded } from './random.ts'

export interface ApiFuzzOutcome {
  sent: number
  /** Answers that say that the server is at fault, or that never came, with the calls that they answer. */
  faults: string[]
}

const SHOWN_LETTERS = 400
const ANSWER_MS = 30_000

/** Sends to each operation of the server's own OpenAPI document what fits it, and `odd` calls that do not quite. */
export async function fuzzApi(client: Client, seed: number, odd: number): Promise<ApiFuzzOutcome> {
  const { base, token, projectId } = client
  const document = (await http(`${base}/v1/openapi.json`, { method: 'GET' })).json as Document
  const flowId = await client.liveFlow([])
  const flow = await client.api.flows.get({ params: { id: flowId } })
  const folder = await client.api.folders.create({ body: { displayName: 'folder', projectId } })
  const known = {
    projectId,
    flowId,
    id: flowId,
    flowVersionId: flow.version.id,
    versionId: flow.version.id,
    folderId: folder.id,
    pieceName: '@activepieces/piece-webhook',
    name: '@activepieces/piece-webhook',
    pieceVersion: '0.1.33',
    actionName: 'return_response',
    triggerName: 'catch_webhook',
    stepName: 'trigger',
  }
  const headers = { authorization: `Bearer ${token}` }
  const faults: string[] = []
  let sent = 0
  for (const { method, path, body } of callsOf(document, seeded(seed), known, odd)) {
    const call = http(base + path, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      body,
    })
    const { promise: late, resolve } = Promise.withResolvers<{ status: number; text: string }>()
    const timer = setTimeout(() => resolve({ status: 0, text: 'no answer' }), ANSWER_MS)
    const { status, text } = await Promise.race([call, late]).catch((error) => ({ status: 0, text: String(error) }))
    clearTimeout(timer)
    sent++
    if (status === 0 || status >= 500)
      faults.push([method, path, body ?? '', '=>', status, text].join(' ').slice(0, SHOWN_LETTERS))
  }
  return { sent, faults }
}
