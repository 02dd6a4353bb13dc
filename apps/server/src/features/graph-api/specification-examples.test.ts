import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../testing/flows.ts'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { startReceiver } from '../../testing/receiver.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

/** The programs of the page that the API is made after, as they stand there but for keys, ids and the address. */

const PACKAGES = new URL('../../../../../packages/', import.meta.url).pathname
const execute = promisify(execFile)

let server: TestServer
let owner: Person
let key: string
let folder: string
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer({
    AP_CONTAINER_TYPE: 'WORKER_AND_APP',
    AP_WORKER_CONCURRENCY: '1',
    AP_SSRF_ALLOW_LIST: '127.0.0.1',
    AP_EVENT_DESTINATIONS_ALLOW_HTTP: 'true',
  })
  owner = await signUpOwner(server)
  key = await projectKey(server, owner)
  call = graphClient(server, key)
  folder = await mkdtemp(join(tmpdir(), 'piecework-page-'))
  // The page writes `yourapp` where our names are.
  const installed = join(folder, 'node_modules/@yourapp/sdk')
  await mkdir(installed, { recursive: true })
  await execute(process.execPath, [join(PACKAGES, 'sdk-js/scripts/build.ts'), join(installed, 'dist')])
  await cp(join(PACKAGES, 'sdk-js/package.json'), join(installed, 'package.json'))
  await symlink(join(PACKAGES, 'sdk-python/src/piecework'), join(folder, 'yourapp'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** @returns what a program prints */
async function run(program: string, name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content)
  const env = { PATH: process.env.PATH, HOME: folder, PYTHONDONTWRITEBYTECODE: '1' }
  return (await execute(program, [name], { cwd: folder, env })).stdout
}

async function published(): Promise<string> {
  const nodes = [{ id: 't', type: 'trigger', data: {} }]
  const body = { name: 'Lead Notification', nodes, edges: [], status: 'published' }
  return (await call<{ id: string }>('POST', '/workflows', { body })).data.id
}

test('the request of the page, by curl', async () => {
  const given = [`${server.origin}/v1/workflows`, '-H', `Authorization: Bearer ${key}`]
  const { stdout } = await execute('curl', ['--silent', ...given])
  expect(JSON.parse(stdout)).toMatchObject({ success: true, data: [], meta: { page: 1, limit: 20, total: 0 } })
})

describe('handling errors', () => {
  /** The page's own lines are those of `handle`. */
  const handler = (path: string, with_: string) => `
    const done = []
    const delay = async (ms) => done.push(ms)
    const retry = () => 'tried again'
    const refreshToken = () => 'another key'
    const fetch = (path) => globalThis.fetch('${server.origin}' + path.replace('/api/workflows', '/v1${path}'), {
      headers: { authorization: 'Bearer ${with_}' },
    })
    async function handle() {
      const response = await fetch('/api/workflows');
      const data = await response.json();
      if (!data.success) {
        switch (data.error.code) {
          case 'RATE_LIMITED':
            await delay(60000);
            return retry();
          case 'UNAUTHORIZED':
            return refreshToken();
          default:
            throw new Error(data.error.message);
        }
      }
    }
    handle().then((answer) => console.log(answer, done), (error) => console.log(error.message))`

  test('success, another key, a message', async () => {
    const tries: [string, string, string][] = [
      ['/workflows', key, 'undefined []\n'],
      ['/workflows', 'none', 'another key []\n'],
    ]
    for (const [path, with_, printed] of tries)
      expect(await run(process.execPath, 'handle.mjs', handler(path, with_))).toBe(printed)
    const refused = await call('GET', '/workflows/none')
    const printed = await run(process.execPath, 'handle.mjs', handler('/workflows/none', key))
    expect(printed).toBe(`${refused.error.message}\n`)
  })

  test('too many requests', async () => {
    const { token } = owner
    const project = await server.call<{ id: string }>('POST', '/v1/projects', { token, body: { displayName: 'Busy' } })
    await server.call('POST', `/v1/projects/${project.body.id}`, { token, body: { apiPlan: 'free' } })
    const busy = await projectKey(server, { ...owner, projectId: project.body.id })
    const limited = eventually(async () => {
      while ((await call('GET', '/workflows', { key: busy })).status !== 429);
      const printed = await run(process.execPath, 'limited.mjs', handler('/workflows', busy))
      // A new minute may have begun before the program asked.
      return printed === 'undefined []\n' ? undefined : printed
    }, 'a refusal')
    expect(await limited).toBe('tried again [ 60000 ]\n')
  })
})

describe('SDKs: list and execute', () => {
  test('JavaScript/TypeScript', async () => {
    const id = await published()
    const printed = await run(
      process.execPath,
      'client.mjs',
      `
      import { Client } from '@yourapp/sdk';
      const client = new Client('${key}', { baseUrl: '${server.origin}' });
      const workflows = await client.workflows.list();
      await client.workflows.execute('${id}', { input: { email: 'user@example.com' } });
      console.log(workflows.data.some(({ id }) => id === '${id}'))`,
    )
    expect(printed).toBe('true\n')
    await expectExecution(id)
  })

  test('Python', async () => {
    const id = await published()
    const printed = await run(
      'python3',
      'client.py',
      `
from yourapp import Client
client = Client('${key}', base_url='${server.origin}')
workflows = client.workflows.list()
client.workflows.execute('${id}', input={'email': 'user@example.com'})
print(any(workflow['id'] == '${id}' for workflow in workflows))
`,
    )
    expect(printed).toBe('True\n')
    await expectExecution(id)
  })

  const expectExecution = (id: string) =>
    expect
      .poll(async () => (await call('GET', `/workflows/${id}/executions?status=completed`)).meta.total, {
        timeout: 60_000,
      })
      .toBe(1)
})

test('webhooks: the events of the page come signed with its secret', async () => {
  const receiver = await startReceiver()
  const events = ['workflow.executed', 'form.submitted']
  const secret = 'your-webhook-secret'
  await call('POST', '/webhooks', { body: { url: receiver.url, events, secret } })
  await call('POST', `/workflows/${await published()}/execute?wait=30`, { body: { input: {} } })
  const fields = [{ name: 'email', type: 'email', required: true }]
  const form = await call<{ id: string }>('POST', '/forms', { body: { name: 'Contact Form', fields } })
  await call('POST', `/forms/${form.data.id}/submissions`, { body: { data: { email: 'user@example.com' } } })
  await expect
    .poll(() => receiver.received.map(({ body }) => JSON.parse(body).type).sort(), { timeout: 60_000 })
    .toEqual(events.toSorted())
  for (const { headers, body } of receiver.received) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const signature = createHmac('sha256', secret).update(signed).digest('base64')
    expect(headers).toMatchObject({ 'webhook-id': JSON.parse(body).id, 'webhook-signature': `v1,${signature}` })
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(300)
  }
})
