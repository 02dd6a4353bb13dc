import { createHmac } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '@piecework/server/testing/free-port'
import { projectKey } from '@piecework/server/testing/graph'
import { type Person, signUpOwner, startTestServer, type TestServer } from '@piecework/server/testing/server'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { generateGraphClients } from '../scripts/graph-clients/generate.ts'
import { CASES } from './graph-clients/cases.ts'
import { type Clients, installClients, LANGUAGES, ROOT, startOdd } from './graph-clients/clients.ts'

const read = (path: string) => readFile(join(ROOT, path), 'utf8')
let clients: Clients
let server: TestServer
let owner: Person

beforeAll(async () => {
  clients = await installClients()
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '2' })
  owner = await signUpOwner(server)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await clients.remove()
})

/** A key of a new project. */
async function newKey(): Promise<string> {
  const body = { displayName: 'Clients' }
  const { id } = (await server.call<{ id: string }>('POST', '/v1/projects', { token: owner.token, body })).body
  return projectKey(server, { ...owner, projectId: id })
}

test('the types of both clients are those of the OpenAPI document (npm run docs)', async () => {
  for (const [path, generated] of Object.entries(generateGraphClients())) expect(await read(path), path).toBe(generated)
})

describe.each(LANGUAGES)('the client for $language', ({ language, program, driver, readme }) => {
  test('makes every call of the table', async () => {
    const results = await clients.drive(program, driver, { key: await newKey(), baseUrl: server.origin, cases: CASES })
    expect(results.map((result, index) => ({ call: CASES[index]?.call, ...result }))).toEqual(
      CASES.map(({ call, gives }) => ({ call, ...Object(gives) })),
    )
  })

  test('tries again after the time that the server names, and only what may be repeated', async () => {
    const asked: { request: string; at: number }[] = []
    const answers = new Map<string, [status: number, headers: Record<string, string>]>([
      ['GET /v1/workflows/limited', [429, { 'retry-after': '1' }]],
      ['GET /v1/workflows/broken', [500, {}]],
      ['POST /v1/workflows/x/execute', [502, {}]],
      ['POST /v1/forms', [500, {}]],
      ['GET /v1/workflows/patient', [503, { 'retry-after': '3600' }]],
    ])
    const baseUrl = await startOdd((request, response) => {
      const name = `${request.method} ${request.url}`
      asked.push({ request: name, at: performance.now() })
      const isFirst = asked.filter((one) => one.request === name).length === 1
      const [status, headers] = (isFirst && answers.get(name)) || [200, {}]
      const body = status === 200 ? { success: true, data: {}, meta: {} } : { success: false, error: { code: 'X' } }
      response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    const cases = [
      { call: 'workflows.get', args: ['limited'] },
      { call: 'workflows.get', args: ['broken'] },
      { call: 'workflows.execute', args: ['x'], options: { input: 1 } },
      { call: 'forms.create', options: { name: 'x', fields: [] } },
      { call: 'workflows.get', args: ['patient'] },
    ]
    const results = await clients.drive(program, driver, { key: 'pk-x', baseUrl: `${baseUrl}/v1/`, cases })
    const done = { value: {} }
    const failed = { error: expect.objectContaining({ name: 'ApiError', code: 'X' }) }
    expect(results).toEqual([done, done, done, failed, failed])
    const timesOf = (name: string) => asked.filter(({ request }) => request === name).map(({ at }) => at)
    expect([...answers.keys()].map((name) => timesOf(name).length)).toEqual([2, 2, 2, 1, 1])
    const [first = 0, second = 0] = timesOf('GET /v1/workflows/limited')
    expect(second - first).toBeGreaterThan(990)
  })

  test('runs the examples of its README', async () => {
    const fence = language === 'js' ? 'js' : 'python'
    const blocks = [...(await read(readme)).matchAll(new RegExp(`\`\`\`${fence}\\n(.*?)\`\`\``, 'gs'))]
    const [first, lists, errors, receiver] = blocks.map(([, block = '']) => block)
    if (!first || !lists || !errors || !receiver || blocks.length !== 4)
      throw new Error('The README has other examples')
    const env = { PIECEWORK_KEY: await newKey(), PIECEWORK_URL: server.origin }
    const file = join(clients.folder, language === 'js' ? 'example.mjs' : 'example.py')
    const example = async (content: string) => {
      await writeFile(file, content)
      return clients.run(program, [file], '', env)
    }
    expect(await example(first)).toBe('completed 42\n')
    expect(await example(lists)).toBe('Doubles 1\nDoubles\n')
    expect(await example(errors)).toBe('NOT_FOUND 404\n')
    await writeFile(file, receiver)
    await expectReceiver(program, file)
  })
})

/** The receiver of a README takes a message that is signed, and refuses all others. */
async function expectReceiver(program: string, file: string): Promise<void> {
  const secret = 'your-webhook-secret'
  const port = await freePort()
  const child = clients.start(program, [file], { PORT: String(port), WEBHOOK_SECRET: secret })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const body = JSON.stringify({ id: 'm', type: 'form.submitted', created_at: '', project_id: 'p', data: { é: 1 } })
  const send = async (seconds: number, key: string, sent = body): Promise<number> => {
    const signature = createHmac('sha256', key).update(`m.${seconds}.${body}`).digest('base64')
    const headers = {
      'webhook-id': 'm',
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,AAAA v1,${signature}`,
    }
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: sent, headers }).catch(
        () => undefined,
      )
      if (answer) return answer.status
      if (child.exitCode !== null) throw new Error(`The receiver ended with ${child.exitCode}`)
    }
  }
  const now = Math.floor(Date.now() / 1000)
  expect(await send(now, secret)).toBe(204)
  expect(await send(now, 'another-secret')).toBe(401)
  expect(await send(now - 3600, secret)).toBe(401)
  expect(await send(now, secret, `${body} `)).toBe(401)
}

test('the package is loaded by require and by import', async () => {
  const names = 'Object.keys(piecework).sort().join()'
  const required = await clients.run(process.execPath, [
    '-e',
    `const piecework = require('piecework'); console.log(${names})`,
  ])
  const imported = await clients.run(process.execPath, [
    '--input-type=module',
    '-e',
    `import * as piecework from 'piecework'; console.log(${names})`,
  ])
  expect(required).toBe(imported)
  expect(required).toContain('Client')
})
