import type { FlowOperations, OperatedFlow } from '@piecework/api/flows'
import type { FlowVersion, PopulatedFlow } from '@piecework/model/flow/flow'
import type { FlowOperationRecord } from '@piecework/model/flow/operations/record'
import { applyOperation, FlowOperation, isVersionOperation } from '@piecework/model/flow/operations/registry'
import { findStep, stepNames } from '@piecework/model/flow/walk'
import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestPostgres } from '../../database/testing.ts'
import { codeAction, webhookTrigger } from '../../testing/flows.ts'
import { connectLive } from '../../testing/live.ts'
import { addColleague } from '../../testing/people.ts'
import { type Person, signUpOwner, startTestServer, startTestServerOn, type TestServer } from '../../testing/server.ts'

interface Sending {
  clientOperationId?: string
  baseRevision?: number
}

interface Conflict {
  code: string
  params: { message: string; revision: number; resync: boolean; changes: FlowOperationRecord[]; stepName?: string }
}

/** One person who edits at one server. */
function editor(server: TestServer, { token, projectId }: Person) {
  const send = <Body = OperatedFlow>(id: string, type: string, request: unknown, sending: Sending = {}) =>
    server.call<Body>('POST', `/v1/flows/${id}`, { token, body: { type, request, ...sending } })
  return {
    send,
    /** Saves it, as a client does: a server that is busy is asked again. @throws Error unless it is saved */
    async must(id: string, type: string, request: unknown, sending: Sending = {}): Promise<OperatedFlow> {
      const { status, body } = await send(id, type, request, sending)
      if (status === 503 && sending.clientOperationId !== undefined) return this.must(id, type, request, sending)
      if (status !== 200) throw new Error(`${type} answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    async create(): Promise<PopulatedFlow> {
      const body = { displayName: 'Together', projectId }
      return (await server.call<PopulatedFlow>('POST', '/v1/flows', { token, body })).body
    },
    read: async (id: string) => (await server.call<PopulatedFlow>('GET', `/v1/flows/${id}`, { token })).body,
    since: async (id: string, after: number) =>
      (await server.call<FlowOperations>('GET', `/v1/flows/${id}/operations`, { token, query: { after } })).body,
    listen: () => connectLive(server.origin, { token, projectId }),
  }
}

const step = (name: string, text = name) => codeAction(name, `export const code = async () => '${text}'`)
const router = (name: string) => ({
  type: 'ROUTER',
  name,
  displayName: name,
  valid: true,
  settings: {
    executionType: 'EXECUTE_FIRST_MATCH',
    branches: [
      { branchType: 'CONDITION', branchName: 'One', conditions: [[{ operator: 'EXISTS', firstValue: 'a' }]] },
      { branchType: 'FALLBACK', branchName: 'Otherwise' },
    ],
  },
})

/** The version that another client shows when it applies the operations that it hears of. */
function follow(version: FlowVersion, records: readonly FlowOperationRecord[]): FlowVersion {
  return records.reduce((shown, { operation, created, author }) => {
    const parsed = FlowOperation.parse(operation)
    if (!isVersionOperation(parsed)) return shown
    return applyOperation(shown, parsed, { now: created, userId: author?.id ?? null })
  }, version)
}

describe.each(['PGLITE', 'POSTGRES'] as const)('people who edit a flow together on %s', (type) => {
  let server: AsyncDisposable & TestServer
  let owner: Person
  let eve: Person
  let ada: ReturnType<typeof editor>
  let hers: ReturnType<typeof editor>

  beforeAll(async () => {
    server = await startTestServerOn(type)
    owner = await signUpOwner(server)
    eve = await addColleague(server, owner, 'Eve', 'Editor')
    ada = editor(server, owner)
    hers = editor(server, eve)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('hear every operation, and come to the same flow by applying them', async () => {
    using listening = await hers.listen()
    const flow = await ada.create()
    expect(flow.revision).toBe(0)
    const first = await ada.must(flow.id, 'UPDATE_TRIGGER', webhookTrigger(), { clientOperationId: 'mine' })
    expect(first).toMatchObject({ revision: 1, operation: { revision: 1, clientOperationId: 'mine', repeated: false } })
    await hers.must(flow.id, 'ADD_ACTION', { parentStep: 'trigger', action: step('step_1') }, { baseRevision: 1 })
    await ada.must(flow.id, 'ADD_ACTION', { parentStep: 'trigger', action: step('step_2') }, { baseRevision: 2 })
    await hers.must(flow.id, 'DUPLICATE_ACTION', { stepName: 'step_1' }, { baseRevision: 3 })
    await ada.must(
      flow.id,
      'SAVE_SAMPLE_DATA',
      { stepName: 'step_2', payload: { a: 1 }, type: 'OUTPUT' },
      { baseRevision: 4 },
    )
    await listening.next('FLOW_OPERATION', ({ flowId, revision }) => flowId === flow.id && revision === 5)
    const heard = listening.all('FLOW_OPERATION').filter(({ flowId }) => flowId === flow.id)
    expect(heard.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5])
    expect(heard.map(({ author }) => author?.displayName)).toEqual([
      'Ada Owner',
      'Eve Colleague',
      'Ada Owner',
      'Eve Colleague',
      'Ada Owner',
    ])
    expect(heard[0]).toMatchObject({
      clientOperationId: 'mine',
      type: 'UPDATE_TRIGGER',
      flowVersionId: flow.version.id,
    })
    const now = await ada.read(flow.id)
    expect(now.revision).toBe(5)
    expect(follow(flow.version, heard)).toEqual(now.version)
    expect(await hers.since(flow.id, 0)).toEqual({ revision: 5, resync: false, operations: heard })
    expect(await hers.since(flow.id, 3)).toEqual({ revision: 5, resync: false, operations: heard.slice(3) })
    expect(await hers.since(flow.id, 5)).toEqual({ revision: 5, resync: false, operations: [] })
    expect(await hers.since(flow.id, 6)).toMatchObject({ resync: true, operations: [] })
  })

  test('an operation whose answer was lost is not applied twice, and is answered as the first time', async () => {
    const flow = await ada.create()
    await ada.must(flow.id, 'UPDATE_TRIGGER', webhookTrigger())
    const request = { parentStep: 'trigger', action: step('step_1') }
    const sending = { clientOperationId: newId(), baseRevision: 1 }
    const answers = await Promise.all([1, 2, 3].map(() => ada.must(flow.id, 'ADD_ACTION', request, sending)))
    expect(answers.map(({ operation }) => operation?.revision)).toEqual([2, 2, 2])
    expect(answers.filter(({ operation }) => operation?.repeated)).toHaveLength(2)
    const saved = { stepName: 'step_1', payload: { a: 1 }, type: 'OUTPUT' }
    const once = { clientOperationId: newId() }
    await ada.must(flow.id, 'SAVE_SAMPLE_DATA', saved, once)
    const again = await ada.must(flow.id, 'SAVE_SAMPLE_DATA', saved, once)
    expect(again).toMatchObject({ revision: 3, operation: { revision: 3, repeated: true } })
    const publish = { clientOperationId: newId() }
    const published = await ada.must(flow.id, 'LOCK_AND_PUBLISH', {}, publish)
    const republished = await ada.must(flow.id, 'LOCK_AND_PUBLISH', {}, publish)
    expect(republished.operation).toEqual({ ...published.operation, repeated: true })
    expect(republished.revision).toBe(published.revision)
  })

  test('what others did elsewhere in the flow does not matter; what is gone or taken is refused with who did it', async () => {
    const flow = await ada.create()
    await ada.must(flow.id, 'UPDATE_TRIGGER', webhookTrigger())
    for (const name of ['step_3', 'step_2', 'step_1'])
      await ada.must(flow.id, 'ADD_ACTION', { parentStep: 'trigger', action: step(name) })
    const baseRevision = 4
    await ada.must(flow.id, 'MOVE_ACTION', { name: 'step_1', newParentStep: 'step_2' }, { baseRevision })
    const edited = await hers.must(flow.id, 'UPDATE_ACTION', step('step_1', 'hers'), { baseRevision })
    expect([...stepNames(edited.version.trigger)]).toEqual(['trigger', 'step_2', 'step_1', 'step_3'])
    expect(findStep(edited.version.trigger, 'step_1')).toMatchObject({
      settings: { sourceCode: { code: expect.stringContaining('hers') } },
    })

    const refused = await ada.send<Conflict>(flow.id, 'UPDATE_ACTION', step('step_1', 'mine'), { baseRevision: 5 })
    expect(refused).toMatchObject({ status: 409, body: { code: 'FLOW_OPERATION_CONFLICT' } })
    expect(refused.body.params).toMatchObject({ revision: 6, resync: false })
    expect(refused.body.params.changes).toMatchObject([
      { revision: 6, type: 'UPDATE_ACTION', author: { id: eve.userId, displayName: 'Eve Colleague' } },
    ])
    await ada.must(flow.id, 'UPDATE_ACTION', step('step_1', 'both'), { baseRevision: 6 })

    await hers.must(flow.id, 'DELETE_ACTION', { names: ['step_3'] }, { baseRevision: 7 })
    const gone = await ada.send<Conflict>(
      flow.id,
      'SET_SKIP_ACTION',
      { names: ['step_3'], skip: true },
      { baseRevision: 7 },
    )
    expect(gone).toMatchObject({ status: 409, body: { code: 'FLOW_OPERATION_CONFLICT' } })
    expect(gone.body.params.changes).toMatchObject([{ revision: 8, type: 'DELETE_ACTION' }])
    const unseen = await ada.send<Conflict>(flow.id, 'LOCK_AND_PUBLISH', {}, { baseRevision: 7 })
    expect(unseen).toMatchObject({ status: 409, body: { code: 'FLOW_OPERATION_CONFLICT' } })
    expect((await ada.read(flow.id)).version.state).toBe('DRAFT')
  })

  test('a branch is meant by its place, so it is not taken for another one', async () => {
    const flow = await ada.create()
    await ada.must(flow.id, 'UPDATE_TRIGGER', webhookTrigger())
    await ada.must(flow.id, 'ADD_ACTION', { parentStep: 'trigger', action: router('step_1') })
    await hers.must(
      flow.id,
      'ADD_BRANCH',
      { stepName: 'step_1', branchIndex: 0, branchName: 'Hers' },
      { baseRevision: 2 },
    )
    const place = { parentStep: 'step_1', stepLocationRelativeToParent: 'INSIDE_BRANCH', branchIndex: 0 }
    for (const [operation, request] of [
      ['DELETE_BRANCH', { stepName: 'step_1', branchIndex: 0 }],
      ['ADD_ACTION', { ...place, action: step('step_2') }],
      ['UPDATE_ACTION', router('step_1')],
    ] as const) {
      const refused = await ada.send<Conflict>(flow.id, operation, request, { baseRevision: 2 })
      expect(refused.body, operation).toMatchObject({ code: 'FLOW_OPERATION_CONFLICT' })
    }
    await ada.must(flow.id, 'ADD_ACTION', { ...place, action: step('step_2') }, { baseRevision: 3 })
  })

  test('clients that know nothing of revisions take turns as before', async () => {
    const flow = await ada.create()
    await ada.must(flow.id, 'UPDATE_TRIGGER', webhookTrigger())
    expect(await hers.send(flow.id, 'CHANGE_NAME', { displayName: 'Hers' })).toMatchObject({
      status: 409,
      body: { code: 'FLOW_IN_USE' },
    })
    await hers.must(flow.id, 'CHANGE_NAME', { displayName: 'Hers' }, { baseRevision: 1 })
  })

  test('what is too large to tell is read again, and so is what is not kept any more', async () => {
    using listening = await hers.listen()
    const flow = await ada.create()
    await ada.must(flow.id, 'UPDATE_TRIGGER', webhookTrigger())
    await ada.must(flow.id, 'ADD_ACTION', { parentStep: 'trigger', action: step('step_1', 'x'.repeat(40_000)) })
    const heard = await listening.next('FLOW_OPERATION', ({ flowId, revision }) => flowId === flow.id && revision === 2)
    expect(heard).toMatchObject({ type: 'ADD_ACTION', operation: null })

    // As after 499 more of them.
    await server.server.db.updateTable('flow').set({ revision: 501 }).where('id', '=', flow.id).execute()
    await ada.must(flow.id, 'CHANGE_NAME', { displayName: 'Last' })
    expect(await hers.since(flow.id, 1)).toEqual({ revision: 502, resync: true, operations: [] })
    expect((await hers.since(flow.id, 501)).operations).toMatchObject([{ revision: 502, type: 'CHANGE_NAME' }])
    const stale = await hers.send<Conflict>(flow.id, 'CHANGE_NAME', { displayName: 'x' }, { baseRevision: 1 })
    expect(stale).toMatchObject({ status: 409, body: { params: { revision: 502, resync: true, changes: [] } } })
  })

  test('people without a role in the project may not ask', async () => {
    const dan = await addColleague(server, owner, 'Dan')
    const flow = await ada.create()
    const { status } = await server.call('GET', `/v1/flows/${flow.id}/operations`, {
      token: dan.token,
      query: { after: 0 },
    })
    expect(status).toBe(404)
  })
})

test('two people at two apps lose no edit: revisions have no gap, and every step is there', async () => {
  const database = await createTestPostgres()
  const env = {
    AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
    AP_JWT_SECRET: 'a secret of the whole cluster, long',
    AP_POSTGRES_URL: database.url,
  }
  const servers = await Promise.all([startTestServer(env), startTestServer(env)])
  try {
    const owner = await signUpOwner(servers[0])
    const eve = await addColleague(servers[0], owner, 'Eve', 'Editor')
    const [here, there] = [editor(servers[0], owner), editor(servers[1], eve)]
    using listening = await there.listen()
    const flow = await here.create()
    await here.must(flow.id, 'UPDATE_TRIGGER', webhookTrigger())
    const names = Array.from({ length: 50 }, (_, index) => `step_${index + 1}`)
    const answers = await Promise.all(
      names.map((name, index) =>
        (index % 2 === 0 ? here : there).must(
          flow.id,
          'ADD_ACTION',
          { parentStep: 'trigger', action: step(name) },
          { baseRevision: 1, clientOperationId: name },
        ),
      ),
    )
    const revisions = answers.map(({ operation }) => operation?.revision ?? 0).sort((a, b) => a - b)
    expect(revisions).toEqual(names.map((_, index) => index + 2))
    const now = await here.read(flow.id)
    expect(now.revision).toBe(51)
    expect([...stepNames(now.version.trigger)].sort()).toEqual(['trigger', ...names].sort())
    const { operations } = await there.since(flow.id, 0)
    expect(follow(flow.version, operations)).toEqual(now.version)
    await listening.next('FLOW_OPERATION', () => listening.all('FLOW_OPERATION').length === 51)
    const heard = listening.all('FLOW_OPERATION').map(({ revision }) => revision)
    expect(heard.sort((a, b) => a - b)).toEqual([1, ...revisions])
  } finally {
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))
    await database.drop()
  }
})
