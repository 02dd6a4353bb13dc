import { createHmac } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, signIn, until } from './support/client.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

/** The examples of the browser app, as a person gets them: imported, published and called. */
const FOLDER = new URL('../apps/web/src/features/automations/examples/', import.meta.url)

let server: ServerProcess
let client: Client
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path, { AP_SSRF_ALLOW_LIST: '127.0.0.1' })
  client = await signIn(server.base)
})
afterAll(async () => {
  await server?.kill()
  await folder?.remove()
})

/** @returns the id of the last flow, which uses the others. */
async function start(example: string): Promise<string> {
  const { flows } = JSON.parse(await readFile(new URL(`${example}.json`, FOLDER), 'utf8'))
  const externalIds: string[] = []
  let last = ''
  for (const flow of flows) {
    const text = externalIds.reduce((all, id, at) => all.replaceAll(`EXAMPLE_FLOW_${at + 1}`, id), JSON.stringify(flow))
    last = await client.draft()
    const request = JSON.parse(text)
    const { version, externalId, importReport } = await client.api.flows.operate({
      params: { id: last },
      body: { type: 'IMPORT_FLOW', request },
    })
    expect({ example, valid: version.valid, importReport }).toMatchObject({ valid: true, importReport: { notes: [] } })
    externalIds.push(externalId)
    await client.operate(last, { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } })
  }
  return last
}

async function call(id: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.base}/v1/webhooks/${id}/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

const ended = (flowId: string) =>
  until(async () => {
    const { data } = await client.runs({ flowId: [flowId] })
    const run = data[0]
    return run && !['QUEUED', 'RUNNING', 'PAUSED'].includes(run.status) && client.run(run.id)
  })

/** The answers of each example to calls. */
const CALLS: Record<string, [sent: unknown, answer: unknown][]> = {
  'webhook-answer': [
    [{ name: 'Ada' }, { message: 'Hello Ada' }],
    [{}, { message: 'Hello world' }],
  ],
  'order-total': [
    [{ lines: [{ quantity: 2, price: 30 }] }, { approved: true, total: 60 }],
    [{ lines: [{ quantity: 3, price: 500 }] }, { approved: false, total: 1500, reason: 'more than 1000' }],
  ],
  'csv-to-json': [[{ csv: 'name,age\nAda,36\n' }, { rows: [{ name: 'Ada', age: '36' }] }]],
  'clean-contacts': [
    [
      {
        contacts: [
          { name: ' Ada  L ', email: 'ADA@example.com' },
          { name: 'A', email: 'ada@example.com ' },
        ],
      },
      { contacts: [{ name: 'Ada L', email: 'ada@example.com' }], dropped: 1 },
    ],
  ],
  'retry-with-delay': [
    [{}, { attempts: 1 }],
    [{ failsAtFirst: true }, { attempts: 2 }],
  ],
  'visit-counter': [
    [{}, { calls: 1 }],
    [{}, { calls: 2 }],
  ],
  'sub-flow': [[{ weight: 3, country: 'NL' }, { shipping: 10 }]],
}

test.each(Object.entries(CALLS))('%s answers a call', async (example, calls) => {
  const id = await start(example)
  for (const [sent, answer] of calls) expect(await call(id, sent)).toEqual({ status: 200, body: answer })
})

test('the summary of the day is written and kept', async () => {
  const id = await start('daily-summary')
  await client.api.flows.run({ params: { id }, body: {} })
  expect(await ended(id)).toMatchObject({
    status: 'SUCCEEDED',
    steps: { report: { output: expect.stringContaining('- Orders: 42') } },
  })
})

test('the form files a request and shows its number', async () => {
  const id = await start('request-form')
  const { status } = await call(id, { yourName: 'Ada', request: 'A chair', urgent: false })
  expect(status).toBe(200)
  const run = await ended(id)
  expect(run).toMatchObject({
    status: 'SUCCEEDED',
    steps: { number: { output: { from: 'Ada', text: 'A chair', number: expect.stringMatching(/^R-/) } } },
  })
})

test('a link approves what waits', async () => {
  const id = await start('approval-link')
  const { body } = await call(id, { what: 'a laptop' })
  expect(body).toMatchObject({ approve: expect.any(String), refuse: expect.any(String) })
  const { pathname, search } = new URL(body.approve)
  await fetch(new URL(pathname + search, server.base), { method: 'POST' })
  expect(await ended(id)).toMatchObject({ status: 'SUCCEEDED', steps: { do: { output: { done: true } } } })
})

test('an API that answers, and one that does not', async () => {
  const api = createServer((_, response) => response.setHeader('content-type', 'application/json').end('{"a":1}'))
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const { port } = api.address() as AddressInfo
  const id = await start('http-with-error-branch')
  expect(await call(id, { url: `http://127.0.0.1:${port}/` })).toEqual({
    status: 200,
    body: { ok: true, content: { a: 1 } },
  })
  await new Promise((resolve) => api.close(resolve))
  expect(await call(id, { url: `http://127.0.0.1:${port}/` })).toMatchObject({ status: 502, body: { ok: false } })
})

test('only signed calls come in', async () => {
  const id = await start('signed-webhook')
  const body = { event: 'paid' }
  const signature = createHmac('sha256', 'change-this-secret').update(JSON.stringify(body)).digest('hex')
  expect(await call(id, body, { 'x-signature': signature })).toEqual({ status: 200, body: { received: 'paid' } })
  const refused = await call(id, body, { 'x-signature': signature.replace(/^./, 'x') })
  expect(refused.status).toBeGreaterThanOrEqual(400)
})

test('every example is among these', async () => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'))
  expect(files.map((name) => name.slice(0, -'.json'.length)).sort()).toEqual(
    [
      ...Object.keys(CALLS),
      ...['daily-summary', 'request-form', 'approval-link', 'http-with-error-branch', 'signed-webhook'],
    ].sort(),
  )
})
