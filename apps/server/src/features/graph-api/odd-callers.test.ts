import { connect } from 'node:net'
import type { GraphEndpoint } from '@piecework/api/graph/endpoint'
import type { Execution } from '@piecework/api/graph/executions'
import type { Form } from '@piecework/api/graph/forms'
import { graphEndpoints } from '@piecework/api/graph/index'
import type { Workflow } from '@piecework/api/graph/workflows'
import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { graphClient, projectKey } from '../../testing/graph.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

/** A stranger with a socket, a tenant with a key and a sender of odd data try the graph API. */

let server: TestServer
let owner: Person
let key: string
let call: ReturnType<typeof graphClient>

beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
  owner = await signUpOwner(server)
  key = await projectKey(server, owner)
  call = graphClient(server, key)
})
afterAll(() => server[Symbol.asyncDispose]())

type Made = { id: string }
const start = { id: 'start', type: 'trigger' }
const code = (id: string, data: object = {}) => ({ id, type: 'code', data })
const row = (...ids: string[]) => ids.slice(1).map((target, index) => ({ source: ids[index], target }))
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))

/** No answer needs to be longer than this, whatever was asked. */
const LONG_ANSWER = 100_000

async function made(body: object): Promise<Workflow> {
  const answer = await call<Workflow>('POST', '/workflows', { body: { name: 'Odd', ...body } })
  if (!answer.success) throw new Error(JSON.stringify(answer.error))
  return answer.data
}

describe('graphs', () => {
  const wide = (cases: number) => ({ id: 'way', type: 'switch', data: { value: 1, cases: times(cases, String) } })
  const nested = times(1900, (at) => ({ id: `c${at}`, type: 'condition' }))
  test.each<[string, object]>([
    ['a switch of more cases than nodes', { nodes: [start, wide(100_000)], edges: row('start', 'way') }],
    [
      'a switch of cases that are none',
      { nodes: [start, { ...wide(0), data: { cases: times(1500, () => null) } }], edges: row('start', 'way') },
    ],
    [
      'a thousand edges without the handle that they need',
      {
        nodes: [start, wide(1500), ...times(1000, (at) => code(`a${at}`))],
        edges: [...row('start', 'way'), ...times(1000, (at) => ({ source: 'way', target: `a${at}` }))],
      },
    ],
    [
      'conditions inside one another, deeper than the stack',
      {
        nodes: [start, ...nested],
        edges: [
          ...row('start', 'c0'),
          ...nested.slice(1).map(({ id }, at) => ({ source: `c${at}`, target: id, sourceHandle: 'true' })),
        ],
      },
    ],
    ['a thousand triggers', { nodes: times(1000, (at) => ({ ...start, id: `t${at}` })) }],
    ['nodes that lead to themselves', { nodes: [start, code('a')], edges: [...row('start', 'a'), ...row('a', 'a')] }],
    ['edges to nowhere', { nodes: [start], edges: times(1000, (at) => ({ source: 'start', target: `no${at}` })) }],
  ])('%s: refused in few words, by ids', async (_, body) => {
    const answer = await call('POST', '/workflows', { body: { name: 'Odd', edges: [], ...body } })
    expect(answer).toMatchObject({ status: 400, error: { code: 'VALIDATION_ERROR' } })
    const { nodes, edges } = answer.error.details
    expect([nodes, edges].flat().length).toBeGreaterThan(0)
    expect(JSON.stringify(answer.error).length).toBeLessThan(LONG_ANSWER)
  })

  test('ids that are names of something else, or no names at all, are those of working nodes', async () => {
    const ids = [
      ...['__proto__', 'constructor', 'toString', 'then', 'trigger', 'variables', 'if', 'JSON', 'item'],
      ...['a b', 'a-b', 'a-b-c', '1', ' ', "x'];", '💩', 'é'.repeat(200), `${'é'.repeat(199)}x`],
    ]
    const nodes = ids.map((id, at) => {
      const before = ids[at - 1]
      // The words in front are a name that the language has, too.
      const isSayable = before !== undefined && /^(?:[a-z]-|if$|1$|💩$|é)/.test(before)
      return code(id, {
        code: 'export const code = async ({ before, mine }) => ({ steps: [...(before?.steps ?? []), mine] })',
        input: { mine: id, ...(isSayable ? { before: `{{${before}}}` } : {}) },
      })
    })
    const workflow = await made({ nodes: [start, ...nodes], edges: row('start', ...ids), status: 'published' })
    expect(workflow.nodes.map(({ id }) => id)).toEqual(['start', ...ids])
    const { data } = await call<Execution>('POST', `/workflows/${workflow.id}/execute?wait=30`, { body: {} })
    expect(data.status).toBe('completed')
    expect(data.logs.slice(1).map(({ node_id }) => node_id)).toEqual(ids)
    expect(data.output).toEqual({ steps: ids.slice(-3) })
    const again = await call<Workflow>('PATCH', `/workflows/${workflow.id}`, {
      body: { nodes: workflow.nodes, edges: workflow.edges },
    })
    expect(again.data).toMatchObject({ nodes: workflow.nodes, edges: workflow.edges })
  })

  test('a note and a step of one name are two nodes', async () => {
    const note = { id: 'step_1', type: 'note', data: { content: 'Look' } }
    const { id } = await made({ nodes: [start, note], edges: [] })
    const action = {
      ...{ type: 'CODE', name: 'step_1', displayName: 'New', valid: true },
      settings: { sourceCode: { code: '', packageJson: '{}' }, input: {} },
    }
    const { token } = owner
    const added = await server.call('POST', `/v1/flows/${id}`, {
      token,
      body: { type: 'ADD_ACTION', request: { stepName: 'step_1', parentStep: 'trigger', action } },
    })
    expect(added.status).toBe(200)
    const { data } = await call<Workflow>('GET', `/workflows/${id}`)
    expect(data.nodes.map(({ id: node, type }) => [node, type])).toEqual(
      expect.arrayContaining([
        ['step_1', 'code'],
        ['step_1_2', 'note'],
      ]),
    )
  })
})

describe('keys', () => {
  /** A call of an endpoint with these ids. */
  const callOf = ({ method, path }: GraphEndpoint, id: string) =>
    [method, path.replaceAll(/:\w+/g, id), method === 'GET' || method === 'DELETE' ? {} : { body: {} }] as const

  test('with the scope read reach no endpoint that writes, whatever they send', async () => {
    const reader = await projectKey(server, owner, ['read'])
    for (const endpoint of graphEndpoints.filter(({ scope }) => scope === 'write')) {
      const [method, path, options] = callOf(endpoint, 'nothing')
      const { status } = await call(method, path, { ...options, key: reader })
      expect([method, path, status]).toEqual([method, path, 403])
    }
  })

  test('of other projects and platforms meet what they may not see as if it were not there', async () => {
    const body = { displayName: 'Other' }
    const project = await server.call<Made>('POST', '/v1/projects', { token: owner.token, body })
    const [platformId, projectId] = [newId(), newId()]
    const { db, tokens } = server.server
    await addPlatform(platformId, projectId)
    const token = await tokens.user({ id: platformId, platformId, tokenVersion: null })
    const others = [
      await projectKey(server, { ...owner, projectId: project.body.id }),
      await projectKey(server, { token, userId: platformId, platformId, projectId }),
    ]
    const workflow = await made({ nodes: [start], edges: [], status: 'published' })
    const run = await call<Execution>('POST', `/workflows/${workflow.id}/execute?wait=30`, { body: {} })
    const form = await call<Form>('POST', '/forms', { body: { name: 'F', fields: [{ name: 'a', type: 'text' }] } })
    const secret = await call<Made>('POST', '/credentials', { body: { name: 'C', type: 'api_key', value: 'secret-1' } })
    const hook = await call<Made>('POST', '/webhooks', {
      body: { url: 'https://example.com/', events: ['form.submitted'] },
    })
    const idOf: Record<string, string> = {
      ...{ workflows: workflow.id, executions: run.data.id, forms: form.data.id },
      ...{ credentials: secret.data.id, integrations: secret.data.id, webhooks: hook.data.id },
    }
    const withIds = graphEndpoints.filter(({ path }) => path.includes(':'))
    for (const endpoint of withIds) {
      const id = idOf[endpoint.path.split('/')[1] ?? ''] ?? ''
      const unknown = newId()
      for (const other of others) {
        const [method, path, options] = callOf(endpoint, id)
        const valid = endpoint.operationId === 'forms.submit' ? { body: { data: {} } } : options
        const theirs = await call(method, path, { ...valid, key: other })
        const nobodys = await call(method, callOf(endpoint, unknown)[1], { ...valid, key: other })
        expect([path, theirs.status]).toEqual([path, 404])
        const words = (answer: object): string => JSON.stringify(answer).replaceAll(id, '#').replaceAll(unknown, '#')
        expect(words({ ...theirs, headers: '' })).toBe(words({ ...nobodys, headers: '' }))
      }
    }
    expect(withIds.length).toBeGreaterThan(15)

    // Nor does the limit of a plan tell that a project exists.
    await db.updateTable('project').set({ apiPlan: 'free' }).where('id', '=', projectId).execute()
    const service = await server.call<{ value: string }>('POST', '/v1/api-keys', {
      ...{ token: owner.token, body: { displayName: 'x' } },
    })
    const limits = []
    for (const named of [projectId, newId()]) {
      const options = { key: service.body.value, headers: { 'x-project-id': named } }
      limits.push((await call('GET', '/workflows', options)).headers.get('x-ratelimit-limit'))
    }
    expect(limits).toEqual(['600', '600'])
  })

  /** Another platform with its owner, who has its id. */
  async function addPlatform(id: string, projectId: string): Promise<void> {
    const { db } = server.server
    const identity = { id, email: `${id}@example.com`, password: '', firstName: 'B', lastName: 'O', verified: true }
    await db
      .insertInto('user_identity')
      .values({ ...identity, provider: 'EMAIL' })
      .execute()
    await db
      .insertInto('user')
      .values({ id, identityId: id, platformId: id, platformRole: 'ADMIN', status: 'ACTIVE' })
      .execute()
    const looks = { primaryColor: '', logoIconUrl: '', fullLogoUrl: '', favIconUrl: '' }
    await db
      .insertInto('platform')
      .values({ id, ownerId: id, name: 'P', ...looks })
      .execute()
    await db
      .insertInto('project')
      .values({ id: projectId, ownerId: id, displayName: 'P', type: 'TEAM', platformId: id, icon: '{}' })
      .execute()
  }
})

describe('Idempotency-Key', () => {
  test('fifty requests at once are one execution', async () => {
    const { id } = await made({ nodes: [start], edges: [], status: 'published' })
    const options = { body: { input: { a: 1 } }, headers: { 'idempotency-key': 'fifty' } }
    const answers = await Promise.all(
      times(50, () => call<{ execution_id: string }>('POST', `/workflows/${id}/execute`, options)),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ data }) => data.execution_id)).size).toBe(1)
  })

  test('names the same execution when the workflow is a draft or deleted by now, and begins no other', async () => {
    const { id } = await made({ nodes: [start], edges: [], status: 'published' })
    const execute = (name: string, input: number) =>
      call<{ execution_id: string }>('POST', `/workflows/${id}/execute?wait=30`, {
        body: { input },
        headers: { 'idempotency-key': name },
      })
    const first = await execute('again', 1)
    for (const change of ['PATCH', 'DELETE'] as const) {
      await call(change, `/workflows/${id}`, change === 'PATCH' ? { body: { status: 'draft' } } : {})
      const again = await execute('again', 1)
      expect([change, again.status, again.data?.execution_id]).toEqual([change, 200, first.data.execution_id])
      expect((await execute('again', 2)).status).toBe(400)
      expect((await execute(`new ${change}`, 1)).status).toBe(change === 'PATCH' ? 400 : 404)
    }
  })
})

describe('forms', () => {
  const form = async (...fields: object[]) => call<Form>('POST', '/forms', { body: { name: 'F', fields } })

  test('complaints about thousands of unknown fields are a few, for strangers, too', async () => {
    const { data } = await form({ name: 'a', type: 'text' })
    const body = { data: Object.fromEntries(times(15_000, (at) => [`k${at}`, 1])) }
    const refused = await call('POST', `/forms/${data.id}/submissions`, { body })
    expect(refused).toMatchObject({ status: 400, error: { message: expect.stringMatching(/and \d+ more$/) } })
    const stranger = await server.call('POST', `/v1/public-forms/${data.id}/submissions`, { body })
    expect(stranger.status).toBe(400)
    for (const answer of [refused.error, stranger.body]) expect(JSON.stringify(answer).length).toBeLessThan(LONG_ANSWER)
  })

  test('an empty list is no text, and limits that leave nothing are refused', async () => {
    const { data } = await form({ name: 'a', type: 'text' }, { name: 'b', type: 'multiselect', options: ['x'] })
    const submit = (answers: object) => call('POST', `/forms/${data.id}/submissions`, { body: { data: answers } })
    expect(await submit({ a: [] })).toMatchObject({
      status: 400,
      error: { details: { fields: { 'data.a': 'must be a text' } } },
    })
    expect((await submit({ a: '', b: [] })).status).toBe(201)
    expect(await form({ name: 'n', type: 'number', min: 5, max: 1 })).toMatchObject({
      status: 400,
      error: { details: { fields: { 'fields.0.max': 'must be at least min' } } },
    })
  })

  test('a formula is none in CSV, by wide letters and behind line ends either', async () => {
    const { data } = await form({ name: 'a', type: 'text' })
    const formulas = ['=1+1', '+a', '-a', '@a', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠a']
    for (const a of formulas) await call('POST', `/forms/${data.id}/submissions`, { body: { data: { a } } })
    const headers = { authorization: `Bearer ${key}` }
    const csv = await (await fetch(`${server.origin}/v1/forms/${data.id}/submissions.csv`, { headers })).text()
    for (const a of formulas) expect(csv).toContain(`'${a}`)
  })
})

test('thousands of wrong fields are answered by a few of them', async () => {
  const files = Object.fromEntries(times(15_000, (at) => [`f${at}`, 1]))
  const refused = await call('POST', '/workflows/import', { body: { files } })
  expect(refused).toMatchObject({ status: 400, error: { message: expect.stringMatching(/and \d+ more$/) } })
  expect(JSON.stringify(refused.error).length).toBeLessThan(LONG_ANSWER)
})

test('every method that the API knows is answered in the envelope, and counts', async () => {
  const before = Number((await call('GET', '/nothing')).headers.get('x-ratelimit-remaining'))
  for (const method of ['PUT', 'OPTIONS'])
    for (const path of ['', '/', '/workflows', '/nothing'])
      expect([method, path, (await call(method, path)).status]).toEqual([method, path, 404])
  const after = Number((await call('GET', '/nothing')).headers.get('x-ratelimit-remaining'))
  // Between two minutes the count begins again.
  if (after < before) expect(before - after).toBe(9)
})

describe('what is refused before a route has it is in the envelope:', () => {
  const head = (line: string, headers: string) => `${line} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`
  test.each([
    ['an expectation', head('POST /v1/workflows', 'expect: nothing\r\ncontent-length: 0\r\n'), 417],
    ['an upgrade', head('GET /v1/workflows', 'upgrade: websocket\r\nconnection: upgrade\r\n'), 404],
    ['a tunnel', head('CONNECT /v1/workflows', ''), 405],
    ['a method in small letters', head('get /v1/workflows', ''), 400],
    ['a method that does not exist', head('FOO /v1/workflows', ''), 400],
    ['a length that is none', head('POST /v1/workflows', 'content-length: x\r\n'), 400],
    ['PROPFIND', head('PROPFIND /v1/workflows', 'connection: close\r\n'), 404],
    ['TRACE', head('TRACE /v1/workflows', 'connection: close\r\n'), 404],
  ])('%s', async (_, bytes, status) => {
    const { port } = new URL(server.origin)
    const socket = connect(Number(port), '127.0.0.1')
    socket.end(bytes)
    let text = ''
    for await (const part of socket) text += part
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      success: false,
      error: { code: expect.any(String), message: expect.any(String), details: {} },
    })
  })
})
