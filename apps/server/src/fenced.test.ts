import type { FlowRun } from '@piecework/model/run/run'
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

const PROCESS_MODES = MODES.filter((mode) => mode.endsWith('PROCESS'))

// Without namespaces of the kernel there is no such mode, and the server says so.
if (PROCESS_MODES.length > 0)
  test.each(PROCESS_MODES)(
    'the PostgreSQL piece reaches a server of the allow list in %s with AP_NETWORK_MODE=STRICT, and no other',
    { timeout: 120_000 },
    async (mode) => {
      const postgres = new URL(process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres')
      const address = postgres.hostname === 'localhost' ? '127.0.0.1' : postgres.hostname
      const query = async (allowed: string): Promise<FlowRun['steps']> => {
        const server = await startTestServer({
          AP_CONTAINER_TYPE: 'WORKER_AND_APP',
          AP_EXECUTION_MODE: mode,
          AP_NETWORK_MODE: 'STRICT',
          AP_SSRF_ALLOW_LIST: allowed,
          AP_WORKER_CONCURRENCY: '1',
          // The step holds its credentials itself: no connection is made, because that would have to reach the address.
          AP_PUBLISH_INVALID_FLOWS: 'true',
        })
        try {
          const owner = await signUpOwner(server)
          const make = flowMaker(server, owner)
          const { body: piece } = await server.call<{ version: string }>(
            'GET',
            '/v1/pieces/@activepieces/piece-postgres',
          )
          const connection = {
            host: address,
            port: Number(postgres.port || 5432),
            user: decodeURIComponent(postgres.username || 'postgres'),
            password: decodeURIComponent(postgres.password),
            database: postgres.pathname.slice(1),
            enable_ssl: false,
            reject_unauthorized: false,
          }
          const flow = await make.create(webhookTrigger(), [
            pieceAction('query', '@activepieces/piece-postgres', piece.version, 'run-query', {
              auth: { type: 'CUSTOM_AUTH', props: connection },
              query: 'select 6 * 7 as answer',
              args: [],
              query_timeout: 10_000,
              connection_timeout_ms: 10_000,
              application_name: 'test',
            }),
          ])
          await make.publish(flow.id)
          await server.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: {} })
          const [run] = await make.finishedRuns(flow.id, 1)
          return (await make.finished(run?.id ?? '')).steps
        } finally {
          await server[Symbol.asyncDispose]()
        }
      }
      expect(JSON.stringify((await query(address))?.query?.output)).toContain('"answer":42')
      expect(JSON.stringify((await query('10.9.9.9'))?.query)).toContain('AP_SSRF_ALLOW_LIST')
    },
  )

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
