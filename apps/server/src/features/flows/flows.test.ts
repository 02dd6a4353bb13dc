import type { PopulatedFlow } from '@piecework/model/flow/flow'
import type { Action, CodeAction } from '@piecework/model/flow/step'
import { newId } from '@piecework/model/ids'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

let server: TestServer
let owner: Person
let webhookVersion = ''

beforeAll(async () => {
  server = await startTestServer()
  owner = await signUpOwner(server)
  const piece = await server.call<{ version: string }>('GET', '/v1/pieces/@activepieces/piece-webhook')
  webhookVersion = piece.body.version
})
afterAll(() => server[Symbol.asyncDispose]())

const now = new Date().toISOString()

function code(name: string, nextAction?: Action): CodeAction {
  const sourceCode = { code: 'export const code = async () => 1', packageJson: '{}' }
  return {
    type: 'CODE',
    name,
    displayName: name,
    valid: true,
    lastUpdatedDate: now,
    settings: { sourceCode, input: {} },
    ...(nextAction ? { nextAction } : {}),
  }
}

function webhook(nextAction?: Action) {
  const settings = {
    pieceName: '@activepieces/piece-webhook',
    pieceVersion: webhookVersion,
    triggerName: 'catch_webhook',
    input: { authType: 'none', authFields: {} },
    propertySettings: {},
  }
  return {
    type: 'PIECE_TRIGGER',
    name: 'trigger',
    displayName: 'Webhook',
    valid: true,
    lastUpdatedDate: now,
    settings,
    ...(nextAction ? { nextAction } : {}),
  }
}

async function create(fields: Record<string, unknown> = {}): Promise<PopulatedFlow> {
  const body = { displayName: 'A flow', projectId: owner.projectId, ...fields }
  const answer = await server.call<PopulatedFlow>('POST', '/v1/flows', { token: owner.token, body })
  expect(answer.status).toBe(201)
  return answer.body
}

const operate = (id: string, type: string, request: unknown, token = owner.token) =>
  server.call<PopulatedFlow & { code: string }>('POST', `/v1/flows/${id}`, { token, body: { type, request } })

const importFlow = (id: string, first?: Action) =>
  operate(id, 'IMPORT_FLOW', { displayName: 'Imported', trigger: webhook(first), schemaVersion: '20', notes: [] })

const get = (id: string, query = {}) =>
  server.call<PopulatedFlow>('GET', `/v1/flows/${id}`, { token: owner.token, query })

async function published(first?: Action): Promise<PopulatedFlow> {
  const flow = await create()
  await importFlow(flow.id, first)
  const answer = await operate(flow.id, 'LOCK_AND_PUBLISH', {})
  expect(answer).toMatchObject({ status: 200, body: { status: 'ENABLED' } })
  return answer.body
}

/** A member of the platform with every permission in the project. */
async function addEditor(): Promise<string> {
  const { db, tokens } = server.server
  const id = newId()
  await db
    .insertInto('user_identity')
    .values({ id, email: id, password: '', firstName: 'E', lastName: 'E', provider: 'EMAIL', verified: true })
    .execute()
  await db
    .insertInto('user')
    .values({ id, identityId: id, platformId: owner.platformId, platformRole: 'OPERATOR', status: 'ACTIVE' })
    .execute()
  return tokens.user({ id, platformId: owner.platformId, tokenVersion: null })
}

describe('editing', () => {
  test('a locked version stays as it is: the next edit makes a draft of it', async () => {
    const live = await published(code('step_1'))
    const edited = await operate(live.id, 'DELETE_ACTION', { names: ['step_1'] })
    expect(edited.body.version).toMatchObject({ state: 'DRAFT' })
    expect(edited.body.version.id).not.toBe(live.version.id)
    expect(edited.body.version.trigger.nextAction).toBeUndefined()
    expect(edited.body.publishedVersionId).toBe(live.version.id)
    const locked = await get(live.id, { versionId: live.version.id })
    expect(locked.body.version).toEqual(live.version)
  })

  test('the server judges whether a step is valid, whatever the client says', async () => {
    const flow = await create()
    const broken = { ...code('step_1'), settings: { sourceCode: { code: '', packageJson: '{}' }, input: {} } }
    const answer = await importFlow(flow.id, broken)
    expect(answer.body.version).toMatchObject({ valid: false, trigger: { valid: true, nextAction: { valid: false } } })
    const unknown = await operate(flow.id, 'UPDATE_TRIGGER', {
      ...webhook(),
      settings: { ...webhook().settings, pieceName: 'nobody/knows' },
    })
    expect(unknown).toMatchObject({ status: 404, body: { code: 'ENTITY_NOT_FOUND' } })
  })

  test('what cannot be applied is refused and changes nothing', async () => {
    const flow = await create()
    const before = await get(flow.id)
    for (const [type, request] of [
      ['DELETE_ACTION', { names: ['step_9'] }],
      ['MOVE_ACTION', { name: 'step_1', newParentStep: 'nowhere' }],
      ['CHANGE_FOLDER', { folderId: newId() }],
      ['UPDATE_OWNER', { ownerId: newId() }],
      ['USE_AS_DRAFT', { versionId: newId() }],
      ['CHANGE_STATUS', { status: 'ENABLED' }],
      ['LOCK_FLOWS', {}],
      ['ADD_NOTE', { id: 'n' }],
    ] as const) {
      const answer = await operate(flow.id, type, request)
      expect([400, 404], type).toContain(answer.status)
      expect(answer.body.code, type).toMatch(/FLOW_OPERATION_INVALID|ENTITY_NOT_FOUND|FST_ERR_VALIDATION/)
    }
    expect((await get(flow.id)).body).toEqual(before.body)
  })

  test('edits that come at the same time are all kept', async () => {
    const flow = await create()
    await importFlow(flow.id)
    const names = Array.from({ length: 12 }, (_, index) => `step_${index + 1}`)
    const answers = await Promise.all(
      names.map((name) => operate(flow.id, 'ADD_ACTION', { parentStep: 'trigger', action: code(name) })),
    )
    expect(answers.map((answer) => answer.status)).toEqual(names.map(() => 200))
    const kept: string[] = []
    for (let step = (await get(flow.id)).body.version.trigger.nextAction; step; step = step.nextAction)
      kept.push(step.name)
    expect(kept.sort()).toEqual([...names].sort())
  })

  test('somebody else who edited within the last minute keeps others out, API keys aside', async () => {
    const flow = await create()
    const editor = await addEditor()
    expect(await operate(flow.id, 'CHANGE_NAME', { displayName: 'mine' }, editor)).toMatchObject({
      status: 409,
      body: { statusCode: 409, code: 'FLOW_IN_USE', params: { flowVersionId: flow.version.id } },
    })
    expect((await operate(flow.id, 'LOCK_AND_PUBLISH', { status: 'DISABLED' }, editor)).status).toBe(409)
    await server.server.db
      .updateTable('flow_version')
      .set({ updated: new Date(Date.now() - 61_000) })
      .where('id', '=', flow.version.id)
      .execute()
    expect((await operate(flow.id, 'CHANGE_NAME', { displayName: 'mine' }, editor)).status).toBe(200)
    const key = await server.call<{ value: string }>('POST', '/v1/api-keys', {
      token: owner.token,
      body: { displayName: 'ci' },
    })
    expect((await operate(flow.id, 'CHANGE_NAME', { displayName: 'of a program' }, key.body.value)).status).toBe(200)
  })

  test('details of the flow itself change without touching its version', async () => {
    const live = await published()
    for (const [type, request] of [
      ['UPDATE_METADATA', { metadata: { team: 'a' } }],
      ['UPDATE_MINUTES_SAVED', { timeSavedPerRun: 2.5 }],
      ['UPDATE_OWNER', { ownerId: owner.userId }],
    ] as const) {
      expect((await operate(live.id, type, request)).status).toBe(200)
    }
    const after = await get(live.id)
    expect(after.body).toMatchObject({
      metadata: { team: 'a' },
      timeSavedPerRun: 2.5,
      ownerId: owner.userId,
      version: { id: live.version.id, state: 'LOCKED' },
    })
  })
})

describe('publishing', () => {
  test('a flow without a trigger is not published', async () => {
    const flow = await create()
    for (const status of ['ENABLED', 'DISABLED'])
      expect(await operate(flow.id, 'LOCK_AND_PUBLISH', { status })).toMatchObject({
        status: 409,
        body: { code: 'FLOW_VERSION_INVALID' },
      })
  })

  test('switching on and off, and publishing again', async () => {
    const live = await published(code('step_1'))
    expect((await operate(live.id, 'CHANGE_STATUS', { status: 'DISABLED' })).body.status).toBe('DISABLED')
    expect((await operate(live.id, 'CHANGE_STATUS', { status: 'ENABLED' })).body.status).toBe('ENABLED')
    await operate(live.id, 'CHANGE_NAME', { displayName: 'second' })
    const again = await operate(live.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
    expect(again.body).toMatchObject({ status: 'ENABLED', version: { displayName: 'second', state: 'LOCKED' } })
    expect(again.body.publishedVersionId).toBe(again.body.version.id)
    const versions = await server.call<{ data: unknown[] }>('GET', `/v1/flows/${live.id}/versions`, {
      token: owner.token,
    })
    expect(versions.body.data).toMatchObject([
      { displayName: 'second', state: 'LOCKED', updatedByUser: { id: owner.userId } },
      { displayName: 'Imported', state: 'LOCKED' },
    ])
  })

  test('an earlier version becomes the draft again', async () => {
    const live = await published(code('step_1'))
    await operate(live.id, 'DELETE_ACTION', { names: ['step_1'] })
    const back = await operate(live.id, 'USE_AS_DRAFT', { versionId: live.version.id })
    expect(back.body.version).toMatchObject({ state: 'DRAFT', trigger: { nextAction: { name: 'step_1' } } })
  })
})

describe('sample data', () => {
  const sample = (flow: PopulatedFlow, flowVersionId = flow.version.id) =>
    server.call('GET', '/v1/sample-data', {
      token: owner.token,
      query: { projectId: owner.projectId, flowId: flow.id, flowVersionId, stepName: 'step_1', type: 'OUTPUT' },
    })

  test('is what was saved, of any type, until something newer is', async () => {
    const flow = await create()
    const imported = (await importFlow(flow.id, code('step_1'))).body
    expect((await sample(imported)).body).toEqual({})
    for (const payload of [{ a: [1, 'two'] }, 'plain text', 42, { text: 'x'.repeat(100_000) }]) {
      await operate(flow.id, 'SAVE_SAMPLE_DATA', { stepName: 'step_1', payload, type: 'OUTPUT' })
      expect((await sample(imported)).body).toEqual(payload)
    }
    const files = await server.server.db
      .selectFrom('file')
      .select(['type', 'compression', 'size'])
      .where('type', '=', 'SAMPLE_DATA')
      .execute()
    expect(files).toEqual([{ type: 'SAMPLE_DATA', compression: 'ZSTD', size: 100_011 }])
    await operate(flow.id, 'DELETE_ACTION', { names: ['step_1'] })
    expect(await server.server.db.selectFrom('file').select('id').where('type', '=', 'SAMPLE_DATA').execute()).toEqual(
      [],
    )
  })

  test('of a step that there is not is refused, and leaves no file', async () => {
    const flow = await create()
    expect((await operate(flow.id, 'SAVE_SAMPLE_DATA', { stepName: 'step_7', payload: 1, type: 'INPUT' })).status).toBe(
      400,
    )
    expect(
      await server.server.db.selectFrom('file').select('id').where('type', '=', 'SAMPLE_DATA_INPUT').execute(),
    ).toEqual([])
  })
})

describe('lists', () => {
  const list = (query: Record<string, string | string[] | number>) =>
    server.call<{ data: PopulatedFlow[]; next: string | null }>('GET', '/v1/flows', {
      token: owner.token,
      query: { projectId: owner.projectId, limit: 100, ...query },
    })
  const names = async (query: Record<string, string | string[] | number>) =>
    (await list(query)).body.data.map((flow) => flow.version.displayName)

  test('every filter, enabled flows first', async () => {
    const mark = newId()
    const first = await create({ displayName: `100% ${mark}`, folderName: `folder ${mark}` })
    const second = await create({ displayName: `other ${mark}` })
    await importFlow(second.id, {
      ...code('step_1'),
      settings: { sourceCode: { code: 'x', packageJson: '{}' }, input: { auth: "{{connections['my-key']}}" } },
    })
    await operate(second.id, 'CHANGE_NAME', { displayName: `other ${mark}` })
    const third = await create({ displayName: `third ${mark}` })
    expect(await names({ name: mark })).toEqual([`third ${mark}`, `other ${mark}`, `100% ${mark}`])
    await operate(second.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
    await operate(second.id, 'CHANGE_NAME', { displayName: `draft ${mark}` })
    expect(await names({ name: mark })).toEqual([`draft ${mark}`, `third ${mark}`, `100% ${mark}`])
    expect(await names({ name: mark, versionState: 'LOCKED' })).toEqual([`other ${mark}`])
    expect(await names({ name: `100% ${mark}` })).toEqual([`100% ${mark}`])
    expect(await names({ name: `1_0% ${mark}` })).toEqual([])
    expect(await names({ name: mark, status: 'ENABLED' })).toEqual([`draft ${mark}`])
    expect(await names({ name: mark, folderId: 'NULL' })).toEqual([`draft ${mark}`, `third ${mark}`])
    expect(await names({ name: mark, folderId: first.folderId ?? '' })).toEqual([`100% ${mark}`])
    expect(await names({ externalIds: [first.externalId, third.externalId] })).toHaveLength(2)
    expect(await names({ name: mark, connectionExternalIds: ['my-key'] })).toEqual([`draft ${mark}`])
  })

  test('pages give every flow once', async () => {
    const mark = newId()
    const made = new Set<string>()
    for (let index = 0; index < 7; index++) made.add((await create({ displayName: mark })).id)
    const updated = new Date()
    await server.server.db
      .updateTable('flow')
      .set({ updated })
      .where('id', 'in', [...made])
      .execute()
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ name: mark, limit: 3, ...(cursor ? { cursor } : {}) })
      seen.push(...page.body.data.map((flow) => flow.id))
      cursor = page.body.next
    } while (cursor)
    expect(seen).toHaveLength(7)
    expect(new Set(seen)).toEqual(made)
    expect(await list({ cursor: 'nonsense' })).toMatchObject({ status: 400, body: { code: 'INVALID_CURSOR' } })
    expect(await list({ limit: 'many' })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('query/limit') },
    })
  })
})

test('a template carries the flow and nothing of the project', async () => {
  const live = await published(code('step_1'))
  const { body } = await server.call<Record<string, unknown>>('GET', `/v1/flows/${live.id}/template`, {
    token: owner.token,
  })
  expect(body).toMatchObject({
    name: 'Imported',
    type: 'SHARED',
    author: 'Ada Owner',
    pieces: ['@activepieces/piece-webhook'],
    metadata: { externalId: live.externalId },
    flows: [{ displayName: 'Imported', trigger: { nextAction: { name: 'step_1' } } }],
    template: { displayName: 'Imported' },
  })
  expect(JSON.stringify(body)).not.toContain(owner.projectId)
})

test('a deleted flow is gone at once, and its rows soon after', async () => {
  const live = await published(code('step_1'))
  await operate(live.id, 'SAVE_SAMPLE_DATA', { stepName: 'step_1', payload: 1, type: 'OUTPUT' })
  const remove = () => server.call('DELETE', `/v1/flows/${live.id}`, { token: owner.token })
  expect((await remove()).status).toBe(204)
  expect(await get(live.id)).toMatchObject({
    status: 404,
    body: { code: 'ENTITY_NOT_FOUND', params: { entityType: 'flow', entityId: live.id } },
  })
  expect([404, 409]).toContain((await remove()).status)
  const rows = () => server.server.db.selectFrom('flow').select('id').where('id', '=', live.id).execute()
  await expect.poll(rows).toEqual([])
})
