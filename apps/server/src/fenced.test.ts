import { requireNamespaces } from '@piecework/worker/namespaces'
import { expect, test } from 'vitest'
import { codeAction, flowMaker, pieceAction, webhookTrigger } from './testing/flows.ts'
import { signUpOwner, startTestServer } from './testing/server.ts'

/** Whole flows behind every fence that this machine can have: pieces with libraries, the store, calls inside. */
const namespaces = await requireNamespaces('SANDBOX_PROCESS', 'STRICT').then(
  () => true,
  () => false,
)
const MODES = [
  'UNSANDBOXED',
  'SANDBOX_CODE_ONLY',
  ...(namespaces ? ['SANDBOX_PROCESS', 'SANDBOX_CODE_AND_PROCESS'] : []),
]

const http = (name: string, url: string) =>
  pieceAction(name, '@activepieces/piece-http', '0.11.9', 'send_request', {
    method: 'GET',
    url,
    headers: {},
    queryParams: {},
    authType: 'NONE',
    failureMode: 'continue_none',
  })

test.each(MODES)('a flow with pieces runs in %s with AP_NETWORK_MODE=STRICT', { timeout: 120_000 }, async (mode) => {
  const server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_EXECUTION_MODE: mode,
    AP_NETWORK_MODE: 'STRICT',
    AP_WORKER_CONCURRENCY: '1',
  })
  try {
    const make = flowMaker(server, await signUpOwner(server))
    const flow = await make.create(webhookTrigger(), [
      codeAction('code', 'export const code = async ({ n }) => ({ twice: n * 2 })', { n: '{{trigger.body.n}}' }),
      pieceAction('put', '@activepieces/piece-store', '0.6.14', 'put', {
        key: 'k',
        value: '{{code.twice}}',
        store_scope: 'COLLECTION',
      }),
      pieceAction('get', '@activepieces/piece-store', '0.6.14', 'get', { key: 'k', store_scope: 'COLLECTION' }),
      pieceAction('csv', '@activepieces/piece-csv', '0.4.13', 'convert_csv_to_json', {
        csv_text: 'a,b\n1,2',
        has_headers: true,
        delimiter_type: ',',
      }),
      http('inside', 'http://10.0.0.1/'),
    ])
    await make.publish(flow.id)
    await server.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: { n: 21 } })
    const [run] = await make.finishedRuns(flow.id, 1)
    const steps = (await make.finished(run?.id ?? '')).steps ?? {}
    expect(steps.code?.output).toEqual({ twice: 42 })
    expect(steps.get?.output).toBe('42')
    expect(steps.csv?.output).toEqual([{ a: '1', b: '2' }])
    expect(JSON.stringify(steps.inside)).toMatch(/AP_SSRF_ALLOW_LIST/)
  } finally {
    await server[Symbol.asyncDispose]()
  }
})
