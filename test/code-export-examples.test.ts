import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Client, signIn, until } from './support/client.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

/** The examples of the browser app, taken away by the command line, and run without the server. */
const FOLDER = new URL('../apps/web/src/features/automations/examples/', import.meta.url)
const cli = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url))
const execute = promisify(execFile)

let server: ServerProcess
let client: Client
let folder: Awaited<ReturnType<typeof temporaryFolder>>
const programs: ChildProcess[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startServer(folder.path, { AP_SSRF_ALLOW_LIST: '127.0.0.1' })
  client = await signIn(server.base)
})
afterEach(async () => {
  for (const program of programs.splice(0)) {
    const ended = once(program, 'exit')
    program.kill()
    await ended
  }
})
afterAll(async () => {
  await server?.kill()
  await folder?.remove()
})

const piecework = async (...args: string[]): Promise<string> => {
  const given = [cli, ...args, '--api-url', server.base, '--api-key', client.token]
  return (await execute(process.execPath, given)).stdout.trim()
}

async function publish(example: string): Promise<string> {
  const { flows } = JSON.parse(await readFile(new URL(`${example}.json`, FOLDER), 'utf8'))
  const id = await client.draft()
  await client.operate(id, { type: 'IMPORT_FLOW', request: flows[0] })
  await client.operate(id, { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } })
  return id
}

/** The program as a server. @returns its address */
async function serve(home: string): Promise<string> {
  const program = spawn(process.execPath, ['server.ts'], {
    cwd: home,
    env: { PATH: process.env.PATH, PORT: '0', DATA_FOLDER: join(home, 'data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  programs.push(program)
  for await (const line of createInterface({ input: program.stdout })) {
    const [url] = /http:\S+/.exec(line) ?? []
    if (url) return url
  }
  throw new Error('The program did not start')
}

async function call(url: string, body: unknown, headers: Record<string, string> = {}) {
  const sent = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
  const response = await fetch(url, sent)
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

const webhook = (id: string): string => `${server.base}/v1/webhooks/${id}/sync`
const ended = (flowId: string) =>
  until(async () => {
    const { data } = await client.runs({ flowId: [flowId] })
    const run = data[0]
    return run && !['QUEUED', 'RUNNING', 'PAUSED'].includes(run.status) && client.run(run.id)
  })

const CONTACTS = [
  { name: ' Ada  L ', email: 'ADA@example.com' },
  { name: 'A', email: 'ada@example.com ' },
]
const CALLS: Record<string, unknown[]> = {
  'webhook-answer': [{ name: 'Ada' }, {}],
  'order-total': [{ lines: [{ quantity: 2, price: 30 }] }, { lines: [{ quantity: 3, price: 500 }] }],
  'csv-to-json': [{ csv: 'name,age\nAda,36\n' }],
  'clean-contacts': [{ contacts: CONTACTS }],
  'retry-with-delay': [{}, { failsAtFirst: true }],
  'visit-counter': [{}, {}],
}

test.each(Object.entries(CALLS))(
  '%s answers as the server does, and does its last run again',
  async (example, calls) => {
    const id = await publish(example)
    const expected: unknown[] = []
    for (const sent of calls) expected.push(await call(webhook(id), sent))
    await ended(id)
    const home = await piecework('export', id, join(folder.path, example))
    const url = await serve(home)
    const got: unknown[] = []
    for (const sent of calls) got.push(await call(url, sent))
    expect(got).toEqual(expected)
    await execute(process.execPath, ['--test'], { cwd: home, env: { PATH: process.env.PATH } })

    const back = await piecework('import', home, '--project', client.projectId)
    const [before, after] = await Promise.all(
      [id, back].map((flow) => client.api.flows.template({ params: { id: flow } })),
    )
    expect(after?.flows).toEqual(before?.flows)
  },
)

test('only signed calls come in', async () => {
  const home = await piecework('export', await publish('signed-webhook'), join(folder.path, 'signed'))
  const url = await serve(home)
  const body = { event: 'paid' }
  const signature = createHmac('sha256', 'change-this-secret').update(JSON.stringify(body)).digest('hex')
  expect(await call(url, body, { 'x-signature': signature })).toEqual({ status: 200, body: { received: 'paid' } })
  expect((await call(url, body, { 'x-signature': 'wrong' })).status).toBe(401)
})

test('a link approves what waits', async () => {
  const home = await piecework('export', await publish('approval-link'), join(folder.path, 'approval'))
  const { body } = await call(await serve(home), { what: 'a laptop' })
  expect(body).toMatchObject({ approve: expect.any(String), refuse: expect.any(String) })
  expect((await fetch(body.approve, { method: 'POST' })).status).toBe(200)
  // It waits no more.
  expect((await fetch(body.approve, { method: 'POST' })).status).toBe(404)
})

test('an API that does not answer takes the other way', async () => {
  const home = await piecework('export', await publish('http-with-error-branch'), join(folder.path, 'http'))
  expect(await call(await serve(home), { url: 'http://127.0.0.1:9/' })).toMatchObject({
    status: 502,
    body: { ok: false },
  })
})
