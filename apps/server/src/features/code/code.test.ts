import type { Workflow } from '@piecework/api/graph/workflows'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let key = ''
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  key = await projectKey(server, owner)
  call = graphClient(server, key)
})
afterAll(() => server[Symbol.asyncDispose]())

const graph = {
  name: 'Doubles',
  nodes: [
    { id: 'start', type: 'trigger', data: { label: 'Start' }, position: { x: 0, y: 0 }, mine: { keep: true } },
    { id: 'each', type: 'loop', data: { items: '{{trigger.numbers}}' }, position: { x: 0, y: 100 } },
    {
      id: 'double',
      type: 'code',
      data: {
        code: 'export const code = async ({ n, by }) => n * by',
        input: { n: '{{each.item}}', by: '{{variables.by}}', secret: "{{connections['vault'].secret_text}}" },
      },
      position: { x: 0, y: 200 },
    },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'each' },
    { id: 'e2', source: 'each', target: 'double', sourceHandle: 'body' },
    { id: 'e3', source: 'double', target: 'each' },
  ],
  variables: { by: 2 },
}

async function exported(id: string): Promise<Record<string, string>> {
  const response = await fetch(`${server.origin}/v1/workflows/${id}/export`, {
    headers: { authorization: `Bearer ${key}` },
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/zip')
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()))
  return Object.fromEntries(Object.entries(files).map(([name, data]) => [name, strFromU8(data)]))
}

const drawn = ({ name, nodes, edges, variables }: Workflow) => ({ name, nodes, edges, variables })

test('a workflow is exported as a program, and comes back the same, as files and as a ZIP', async () => {
  const { data: workflow } = await call<Workflow>('POST', '/workflows', { body: graph })
  const files = await exported(workflow.id)
  expect(files['main.ts']).toContain('for (const _ of rounds(each)) {')
  expect(files['README.md']).toContain('`CONNECTION_VAULT`')
  const { status, data: back } = await call<Workflow>('POST', '/workflows/import', { body: { files } })
  expect(status).toBe(201)
  expect(drawn(back)).toEqual(drawn(workflow))
  const inFolder = Object.fromEntries(Object.entries(files).map(([name, text]) => [`doubles/${name}`, strToU8(text)]))
  const zip = Buffer.from(zipSync(inFolder)).toString('base64')
  const { data: again } = await call<Workflow>('POST', '/workflows/import', { body: { zip } })
  expect(drawn(again)).toEqual(drawn(workflow))
})

test('what is no flow is refused with file, line and reason, and nothing is left of it', async () => {
  const before = await call('GET', '/workflows')
  const { data: workflow } = await call<Workflow>('POST', '/workflows', { body: graph })
  const files = await exported(workflow.id)
  const lines = files['main.ts']?.split('\n') ?? []
  const at = lines.findIndex((line) => line.includes('for (const _'))
  const main = lines.toSpliced(at, 0, "    console.log('hello')").join('\n')
  const { status, error } = await call('POST', '/workflows/import', { body: { files: { ...files, 'main.ts': main } } })
  expect(status).toBe(400)
  expect(error.code).toBe('VALIDATION_ERROR')
  expect(error.message).toMatch(/line \d+ of main\.ts: /i)
  const after = await call('GET', '/workflows')
  expect(after.meta.total).toBe((before.meta.total ?? 0) + 1)
})

test('a key that only reads exports and does not import', async () => {
  const reader = await projectKey(server, owner, ['read'])
  const { data: workflow } = await call<Workflow>('POST', '/workflows', { body: graph })
  const response = await fetch(`${server.origin}/v1/workflows/${workflow.id}/export`, {
    headers: { authorization: `Bearer ${reader}` },
  })
  expect(response.status).toBe(200)
  await response.arrayBuffer()
  expect((await call('POST', '/workflows/import', { key: reader, body: { files: {} } })).status).toBe(403)
  expect((await call('GET', '/workflows/unknown/export')).status).toBe(404)
})

test.each([
  ['no program', { files: { 'other.ts': '' } }],
  ['no archive', { zip: Buffer.from('not a zip').toString('base64') }],
  ['names of prototypes', { files: { 'main.ts': 'export default __proto__.constructor({}, async () => {})' } }],
  ['ten megabytes', { files: { 'main.ts': `const a = '${'a'.repeat(10_000_000)}'` } }],
  ['deep brackets', { files: { 'main.ts': `export default program(${'['.repeat(100_000)}` } }],
  ['deep signs', { files: { 'main.ts': `export default program({ name: ${'-'.repeat(200_000)}1 }, async () => {})` } }],
  [
    'a file outside',
    { zip: Buffer.from(zipSync({ '../main.ts': strToU8('x'), 'a/b/main.ts': strToU8('x') })).toString('base64') },
  ],
])('hostile input is refused: %s', async (_, body) => {
  const { status, error } = await call('POST', '/workflows/import', { body })
  expect({ status, code: error.code }).toEqual({ status: expect.any(Number), code: 'VALIDATION_ERROR' })
  expect([400, 413]).toContain(status)
})
