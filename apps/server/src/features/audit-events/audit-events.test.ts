import { type DomainEvent, DomainEventName, EVENT_DATA } from '@piecework/model/events/domain-event'
import type { PopulatedFlow } from '@piecework/model/flow/flow'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemTask } from '../../access/actor.ts'
import { codeAction, eventually, flowMaker, pieceAction, webhookTrigger } from '../../testing/flows.ts'
import { addMember } from '../../testing/members.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../testing/server.ts'
import { createAuditEvents } from './service.ts'

interface Listed {
  data: DomainEvent[]
  next: string | null
}

describe.each(['PGLITE', 'POSTGRES'] as const)('the audit log on %s', (type) => {
  let server: TestServer
  let owner: Person
  beforeAll(async () => {
    const runsFlows = { AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' }
    server = await startTestServerOn(type, { AP_AUDIT_LOG_RUNS: 'true', ...runsFlows })
    owner = await signUpOwner(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const must = async <T = { id: string }>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await server.call<T>(method, path, { token: owner.token, body })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const list = async (query: Record<string, string | number | readonly string[]> = {}, token = owner.token) =>
    (await server.call<Listed>('GET', '/v1/audit-events', { token, query: { limit: 1000, ...query } })).body
  /** Resolves once the log has so many events of these kinds. */
  const events = async (action: readonly DomainEventName[], count = 1): Promise<DomainEvent[]> => {
    await expect.poll(async () => (await list({ action })).data.length, { timeout: 20_000 }).toBe(count)
    return (await list({ action })).data
  }
  const operate = (id: string, kind: string, request: unknown) =>
    must<PopulatedFlow>('POST', `/v1/flows/${id}`, { type: kind, request })

  test('has who signed up and in, from where', async () => {
    const [event] = await events(['user.signed.up'])
    expect(event).toMatchObject({
      platformId: owner.platformId,
      userId: owner.userId,
      userEmail: 'owner@example.com',
      ip: '127.0.0.1',
      actor: { type: 'USER', id: owner.userId },
      data: { source: 'credentials', user: { id: owner.userId } },
    })
    expect(event).not.toHaveProperty('projectId')
    await must('POST', '/v1/authentication/sign-in', { email: 'owner@example.com', password: 'Correct-horse-7' })
    expect((await events(['user.signed.in']))[0]).toMatchObject({ userId: owner.userId, ip: '127.0.0.1' })
  })

  test('narrows by address, and exports what is filtered, for administrators alone', async () => {
    await events(['user.signed.up'])
    const narrowed = await list({ ip: '127.0.0.1', action: ['user.signed.up'] })
    expect(narrowed.data.map(({ action }) => action)).toEqual(['user.signed.up'])
    expect((await list({ ip: '192.0.2.1' })).data).toEqual([])
    const exported = async (query: string, token = owner.token) => {
      const url = `${server.origin}/api/v1/audit-events/export?${query}`
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
      return { status: answer.status, lines: (await answer.text()).split(/\r?\n/) }
    }
    const csv = await exported('action=user.signed.up')
    expect(csv.lines[0]).toBe('id,created,action,actor_type,actor_id,user_email,ip,project_id,project,data')
    expect(csv.lines[1]).toContain(',user.signed.up,USER,')
    expect(csv.lines).toHaveLength(3)
    const json = await exported('action=user.signed.up&format=json')
    expect(JSON.parse(json.lines[0] ?? '')).toMatchObject({ action: 'user.signed.up', userEmail: 'owner@example.com' })
    expect((await exported('', 'nobody')).status).toBe(401)
  })

  test('has what happened to a flow, operation by operation, and what it was before', async () => {
    const { projectId } = owner
    const flow = await must<PopulatedFlow>('POST', '/v1/flows', {
      displayName: 'Orders',
      projectId,
      folderName: 'Shop',
    })
    await operate(flow.id, 'CHANGE_NAME', { displayName: 'Orders of today' })
    await operate(flow.id, 'UPDATE_TRIGGER', webhookTrigger())
    await operate(flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
    await operate(flow.id, 'CHANGE_STATUS', { status: 'DISABLED' })
    await operate(flow.id, 'CHANGE_STATUS', { status: 'DISABLED' })
    await must('DELETE', `/v1/flows/${flow.id}`)
    const told = (await events(['flow.created', 'flow.updated', 'flow.deleted'], 6)).toReversed()
    const common = { projectId, projectDisplayName: "Ada's Project", userId: owner.userId }
    for (const event of told) expect(event).toMatchObject(common)
    const updated = (kind: string, before: object, after: object) => ({
      action: 'flow.updated',
      data: { project: { displayName: "Ada's Project" }, request: { type: kind }, before, after },
    })
    expect(told).toMatchObject([
      { action: 'flow.created', data: { flow: { id: flow.id } } },
      updated('CHANGE_NAME', { displayName: 'Orders' }, { displayName: 'Orders of today' }),
      updated('UPDATE_TRIGGER', { valid: false }, { valid: true }),
      updated(
        'LOCK_AND_PUBLISH',
        { status: 'DISABLED', publishedVersionId: null },
        { status: 'ENABLED', publishedVersionId: flow.version.id },
      ),
      updated('CHANGE_STATUS', { status: 'ENABLED' }, { status: 'DISABLED' }),
      {
        action: 'flow.deleted',
        data: { flow: { id: flow.id }, flowVersion: { flowId: flow.id, displayName: 'Orders of today' } },
      },
    ])
  })

  test('has folders, with their names before, and none that was only looked for again', async () => {
    const known = (await events(['folder.created'])).length
    const { projectId } = owner
    const { id } = await must('POST', '/v1/folders', { projectId, displayName: 'Drafts' })
    await must('POST', `/v1/folders/${id}`, { displayName: 'Ideas' })
    await must('DELETE', `/v1/folders/${id}`)
    await must('DELETE', `/v1/folders/${id}`)
    await events(['folder.created'], known + 1)
    expect((await events(['folder.updated']))[0]?.data).toMatchObject({
      folder: { id, displayName: 'Ideas' },
      before: { displayName: 'Drafts' },
      after: { displayName: 'Ideas' },
    })
    expect((await events(['folder.deleted']))[0]?.data).toMatchObject({ folder: { id, displayName: 'Ideas' } })
  })

  test('has projects, users and API keys, and who acted with a key', async () => {
    const project = await must('POST', '/v1/projects', { displayName: 'Second' })
    await must('POST', `/v1/projects/${project.id}`, { displayName: 'Other' })
    const key = await must<{ id: string; value: string }>('POST', '/v1/api-keys', { displayName: 'CI' })
    await server.call('DELETE', `/v1/projects/${project.id}`, { token: key.value })
    await must('DELETE', `/v1/api-keys/${key.id}`)
    await addMember(server, owner, 'Viewer')
    const users = await must<{ data: { id: string }[] }>('GET', '/v1/users')
    const id = users.data.find((user) => user.id !== owner.userId)?.id
    await must('POST', `/v1/users/${id}`, { status: 'INACTIVE' })
    await must('POST', `/v1/platforms/${owner.platformId}`, { allowedAuthDomains: ['example.com'] })
    expect((await events(['platform.updated']))[0]?.data).toMatchObject({
      before: { allowedAuthDomains: [] },
      after: { allowedAuthDomains: ['example.com'] },
    })
    expect((await events(['project.created']))[0]).toMatchObject({ projectId: project.id })
    expect((await events(['project.updated']))[0]?.data).toMatchObject({
      before: { displayName: 'Second' },
      after: { displayName: 'Other' },
    })
    const [deleted] = await events(['project.deleted'])
    expect(deleted).toMatchObject({ actor: { type: 'SERVICE', id: key.id }, projectId: project.id })
    expect(deleted).not.toHaveProperty('userId')
    const keys = await events(['api.key.created', 'api.key.deleted'], 2)
    expect(JSON.stringify(keys)).not.toContain(key.value)
    expect(keys[0]?.data).toMatchObject({ apiKey: { id: key.id, displayName: 'CI' } })
    expect((await events(['user.updated']))[0]?.data).toEqual({
      user: { id },
      before: { status: 'ACTIVE' },
      after: { status: 'INACTIVE' },
    })
  })

  test('has connections, never what is in them', async () => {
    const upsert = (displayName: string) =>
      must('POST', '/v1/app-connections', {
        externalId: 'key',
        displayName,
        pieceName: '@activepieces/piece-http',
        projectId: owner.projectId,
        type: 'SECRET_TEXT',
        value: { type: 'SECRET_TEXT', secret_text: 'the secret itself' },
      })
    const { id } = await upsert('Key')
    await upsert('The key')
    await must('DELETE', `/v1/app-connections/${id}`)
    const [changed, made] = await events(['connection.upserted'], 2)
    const [deleted] = await events(['connection.deleted'])
    const connection = { id, externalId: 'key', pieceName: '@activepieces/piece-http', status: 'ACTIVE' }
    expect(made?.data).toMatchObject({ connection: { ...connection, displayName: 'Key' } })
    expect(changed?.data).toMatchObject({ before: { displayName: 'Key' }, after: { displayName: 'The key' } })
    expect(deleted?.data).toMatchObject({ connection: { ...connection, displayName: 'The key' } })
    const { rows } = await sql`select event from outbox union all select data::text from audit_event`.execute(
      server.server.db,
    )
    expect(JSON.stringify(rows)).not.toContain('the secret itself')
  })

  test('has starts and ends of runs when it is asked to, also of those that somebody ended', async () => {
    const flows = flowMaker(server, owner)
    const flow = await flows.create(webhookTrigger(), [codeAction('step_1', 'export const code = async () => 1')])
    await flows.publish(flow.id)
    const waiting = await flows.create(webhookTrigger(), [
      pieceAction('step_1', '@activepieces/piece-delay', '0.3.29', 'delayFor', { unit: 'days', delayFor: 1 }),
    ])
    await flows.publish(waiting.id)
    // One is written when it is over, the other step by step.
    await server.call('POST', `/v1/webhooks/${flow.id}/sync`, { body: {} })
    await server.call('POST', `/v1/webhooks/${flow.id}`, { body: {} })
    await server.call('POST', `/v1/webhooks/${waiting.id}`, { body: {} })
    const paused = await eventually(
      async () => (await flows.runs(waiting.id)).find(({ status }) => status === 'PAUSED'),
      'the pause',
    )
    await must('POST', '/v1/flow-runs/cancel', { projectId: owner.projectId, flowRunIds: [paused.id] })
    const started = await events(['flow.run.started'], 3)
    const finished = await events(['flow.run.finished'], 3)
    const ids = (told: readonly DomainEvent[]) => told.map(({ data }) => Object(data.flowRun).id).sort()
    const runs = [...(await flows.runs(flow.id)), paused].map(({ id }) => id).sort()
    expect(ids(started)).toEqual(runs)
    expect(ids(finished)).toEqual(runs)
    const canceled = finished.find(({ data }) => Object(data.flowRun).id === paused.id)
    expect(canceled).toMatchObject({ userId: owner.userId, data: { flowRun: { status: 'CANCELED' } } })
    const ended = finished.find(({ data }) => Object(data.flowRun).flowId === flow.id)
    expect(ended).toMatchObject({
      actor: { type: 'SYSTEM' },
      projectId: owner.projectId,
      data: { flowRun: { status: 'SUCCEEDED', environment: 'PRODUCTION', flowDisplayName: 'A flow' } },
    })
    await must('POST', `/v1/flow-runs/${paused.id}/retry`, { strategy: 'FROM_FAILED_STEP' })
    expect((await events(['flow.run.retried']))[0]?.data).toMatchObject({ flowRun: { id: paused.id } })
  })

  test('every event has the data that its name promises', async () => {
    for (const { action, data } of (await list()).data)
      expect(() => EVENT_DATA[DomainEventName.parse(action)].parse(data), action).not.toThrow()
  })

  test('is listed page by page, newest first, filtered by project, user and time', async () => {
    const all = (await list()).data
    const times = all.map(({ created }) => created)
    expect(times).toEqual(times.toSorted().toReversed())
    const paged: DomainEvent[] = []
    for (let page = await list({ limit: 4 }); ; page = await list({ limit: 4, cursor: page.next ?? '' })) {
      paged.push(...page.data)
      if (page.next === null) break
    }
    expect(paged.map(({ id }) => id)).toEqual(all.map(({ id }) => id))
    const own = (await list({ projectId: [owner.projectId], userId: owner.userId })).data
    expect(own.length).toBeGreaterThan(0)
    for (const event of own) expect(event).toMatchObject({ projectId: owner.projectId, userId: owner.userId })
    expect((await list({ createdAfter: '2999-01-01' })).data).toEqual([])
    expect((await list({ createdBefore: times[0] ?? '' })).data).toHaveLength(all.length)
  })

  test('is for those who administer the platform, and about their platform alone', async () => {
    const viewer = await addMember(server, owner, 'Admin')
    expect((await server.call('GET', '/v1/audit-events', { token: viewer })).status).toBe(403)
    expect((await server.call('GET', '/v1/audit-events')).status).toBe(401)
    const other = await must<{ token: string; platformId: string }>('POST', '/v1/platforms', { name: 'Other' })
    const theirs = async () => (await list({}, other.token)).data.map(({ action }) => action)
    await expect.poll(theirs, { timeout: 20_000 }).toEqual(['user.signed.up'])
    expect((await list()).data.map(({ platformId }) => platformId)).not.toContain(other.platformId)
    const refused = await server.call('GET', '/v1/audit-events', { token: owner.token, query: { action: 'no.such' } })
    expect(refused.status).toBe(400)
  })

  test('keeps events for its retention, and takes a repetition for what it is', async () => {
    const { db } = server.server
    const [event] = (await list()).data
    if (!event) throw new Error('there is no event')
    const before = (await list()).data.length
    const audit = createAuditEvents({ db, retentionDays: 10, withRuns: false })
    await audit.trail.deliver([event], new AbortController().signal)
    expect((await list()).data).toHaveLength(before)
    const inDays = (days: number) => new Date(Date.now() + days * 24 * 3_600_000)
    expect(await audit.purge(systemTask('retention'), inDays(9))).toBe(0)
    expect(await audit.purge(systemTask('retention'), inDays(11))).toBeGreaterThanOrEqual(before)
    expect((await list()).data).toEqual([])
  })
})
