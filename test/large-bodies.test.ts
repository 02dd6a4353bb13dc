import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, code, piece, respond, signIn, until } from './support/client.ts'
import { http } from './support/http.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

/** Bodies as large as they may be: they start and resume flows, and come back whole. */

const MB = 1024 * 1024
const JSON_TYPE = { 'content-type': 'application/json' }

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let client: Client

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path)
  client = await signIn(server.base)
})

afterAll(async () => {
  await server?.stop()
  await folder?.remove()
})

const post = (path: string, body: string | Buffer, headers: Record<string, string> = JSON_TYPE) =>
  http(server.base + path, { method: 'POST', body, headers })

test.each([
  ['JSON', JSON.stringify({ text: 'x'.repeat(25 * MB - 100) }), JSON_TYPE],
  [
    'letters that take twice the room',
    Buffer.alloc(25 * MB - 100, 0xe9),
    { 'content-type': 'text/plain; charset=latin1' },
  ],
])('%s of 25 MB, kept as value and as text, is no reason to end a run', async (_name, body, headers) => {
  const measure = code('step_1', 'export const code = async ({ text }) => text.length', {
    text: '{{trigger.body.text ?? trigger.body}}',
  })
  const flow = await client.liveFlow([measure, respond('step_2', '{{step_1}}')])
  const answer = await post(`/v1/webhooks/${flow}/sync`, body, headers)
  expect([answer.status, answer.headers.get('x-run-status')]).toEqual([200, null])
  expect(Number(answer.text)).toBeGreaterThan(25 * MB - 200)
  const [run] = await until(async () => {
    const { data } = await client.runs({ flowId: [flow] })
    return data[0]?.status === 'SUCCEEDED' && data
  })
  const { steps } = await client.run(run?.id ?? '')
  expect(Object(steps?.trigger?.output).rawBody.length).toBeGreaterThan(25 * MB - 200)
})

test('a large value comes back as it was sent, and resumes a run', async () => {
  const echo = await client.liveFlow([respond('step_1', '{{trigger.body}}')])
  const body = `[${Array.from({ length: 200_000 }, (_, index) => `{"a":${index},"b":"ü"}`).join(',')}]`
  expect((await post(`/v1/webhooks/${echo}/sync`, body)).text).toBe(body)

  const waits = piece('step_1', '@activepieces/piece-webhook', '0.1.33', 'return_response_and_wait_for_next_webhook', {
    responseType: 'json',
    fields: { status: 200, headers: {}, body: {} },
  })
  const size = code('step_2', 'export const code = async ({ body }) => body.length', { body: '{{step_1.body}}' })
  const flow = await client.liveFlow([waits, size, respond('step_3', '{{step_2}}')])
  const first = await post(`/v1/webhooks/${flow}/sync`, '{}')
  const link = new URL(first.headers.get('x-activepieces-resume-webhook-url') ?? '')
  const resume = link.pathname.replace(/^\/api/, '').replace(/(\/sync)?$/, '/sync')
  const wide = await post(resume, Buffer.alloc(25 * MB - 100, 0xe9), { 'content-type': 'text/plain; charset=latin1' })
  expect([wide.status, JSON.parse(wide.text)]).toMatchObject([413, { code: 'PAYLOAD_TOO_LARGE' }])
  expect(wide.text).toContain('takes 51 MB as JSON in UTF-8')
  // The run still waits. More lists and objects than a column for JSON takes.
  const objects = `[{}${',{}'.repeat(2_000_000)}]`
  const answer = await post(resume, objects)
  expect([answer.status, answer.text]).toEqual([200, '2000001'])
})
