import type { FlowOverview, PieceUse } from '@piecework/api/flow-overview'
import type { PopulatedFlow } from '@piecework/model/flow/flow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeAction, flowMaker, pieceAction, pieceTrigger, webhookTrigger } from '../../testing/flows.ts'
import { addColleague } from '../../testing/people.ts'
import { type Person, signUpOwner, startTestServerOn, type TestServer } from '../../testing/server.ts'

interface Page {
  data: FlowOverview[]
  next: string | null
}

const router = (name: string) => ({
  ...{ type: 'ROUTER', name, displayName: 'Router', valid: true },
  settings: {
    executionType: 'EXECUTE_FIRST_MATCH',
    branches: [
      { branchType: 'CONDITION', branchName: 'First', conditions: [[]] },
      { branchType: 'FALLBACK', branchName: 'Otherwise' },
    ],
  },
})

const SCHEDULE = '@activepieces/piece-schedule'

describe.each(['PGLITE', 'POSTGRES'] as const)('the list of flows on %s', (type) => {
  let server: AsyncDisposable & TestServer
  let owner: Person
  let flows: ReturnType<typeof flowMaker>

  beforeAll(async () => {
    server = await startTestServerOn(type, { AP_CONTAINER_TYPE: 'WORKER_AND_APP' })
    owner = await signUpOwner(server)
    flows = flowMaker(server, owner)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const list = async (query: Record<string, string | number> = {}, token = owner.token): Promise<Page> => {
    const answer = await server.call<Page>('GET', '/v1/flows/overview', {
      token,
      query: { projectId: owner.projectId, ...query },
    })
    expect(answer.status).toBe(200)
    return answer.body
  }
  const named = async (displayName: string, trigger: object): Promise<PopulatedFlow> => {
    const flow = await flows.create(trigger, [codeAction('step_1', 'export const code = async () => 1')])
    return (await flows.operate(flow.id, 'CHANGE_NAME', { displayName })).body
  }

  test('shows of each how it stands, how it ran last and when it looks next, without its steps', async () => {
    const webhook = await named('Orders', webhookTrigger())
    await flows.publish(webhook.id)
    await server.call('POST', `/v1/webhooks/${webhook.id}/sync`, { body: {} })
    const [run] = await flows.finishedRuns(webhook.id, 1)
    await flows.operate(webhook.id, 'UPDATE_ACTION', codeAction('step_1', ''))
    const { body: piece } = await server.call<{ version: string }>('GET', `/v1/pieces/${SCHEDULE}`)
    const hourly = await named(
      'Reports',
      pieceTrigger(SCHEDULE, piece.version, 'every_hour', { run_on_weekends: true }),
    )
    await flows.publish(hourly.id)

    const { data } = await list()
    expect(data.map(({ displayName }) => displayName)).toEqual(['Reports', 'Orders'])
    const [reports, orders] = data
    expect(orders).toMatchObject({
      id: webhook.id,
      status: 'ENABLED',
      owner: { id: owner.userId, displayName: 'Ada Owner' },
      hasUnpublishedChanges: true,
      valid: false,
      invalidSteps: 1,
      trigger: { type: 'PIECE_TRIGGER', pieceName: '@activepieces/piece-webhook', triggerName: 'catch_webhook' },
      nextTick: null,
      lastRun: { id: run?.id, status: 'SUCCEEDED' },
    })
    expect(reports).toMatchObject({
      hasUnpublishedChanges: false,
      valid: true,
      invalidSteps: 0,
      lastRun: null,
      trigger: { input: { run_on_weekends: true } },
      schedule: { cronExpression: expect.any(String) },
    })
    expect(Date.parse(reports?.nextTick ?? '')).toBeGreaterThan(Date.now())
    expect(Object.keys(orders ?? {})).not.toContain('version')

    const [withAbilities] = (await list({ abilities: 'true' })).data
    expect(withAbilities?.abilities).toMatchObject({ edit: true })
  })

  test('is searched, filtered, sorted and read page by page', async () => {
    const eve = await addColleague(server, owner, 'Eve', 'Editor')
    const folder = await server.call<{ id: string }>('POST', '/v1/folders', {
      token: owner.token,
      body: { projectId: owner.projectId, displayName: 'Odd ones' },
    })
    for (const displayName of ['zebra', 'Anton', 'Ärger 100%', 'berta']) {
      const made = await named(displayName, webhookTrigger())
      await flows.operate(made.id, 'CHANGE_FOLDER', { folderId: folder.body.id })
    }
    const inFolder = { folderId: folder.body.id }
    const names = async (query: Record<string, string | number>) => {
      const found: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page: Page = await list({ ...inFolder, ...query, limit: 3, ...(cursor ? { cursor } : {}) })
        found.push(...page.data.map(({ displayName }) => displayName))
        cursor = page.next
      }
      return found
    }
    expect(await names({})).toEqual(['berta', 'Ärger 100%', 'Anton', 'zebra'])
    expect(await names({ direction: 'asc' })).toEqual(['zebra', 'Anton', 'Ärger 100%', 'berta'])
    expect((await names({ sort: 'name' })).filter((name) => name !== 'Ärger 100%')).toEqual(['Anton', 'berta', 'zebra'])
    expect(await names({ name: '0%' })).toEqual(['Ärger 100%'])
    expect(await names({ status: 'ENABLED' })).toEqual([])
    expect(await names({ ownerId: eve.userId })).toEqual([])
    expect(await names({ connectionExternalIds: 'none' })).toEqual([])
    expect(await names({ triggerPieceNames: 'NONE' })).toEqual([])
    expect((await list({ triggerPieceNames: SCHEDULE })).data.map(({ displayName }) => displayName)).toEqual([
      'Reports',
    ])
    const byRun = (await list({ sort: 'lastRun' })).data.map(({ displayName }) => displayName)
    expect(byRun[0]).toBe('Orders')
    expect(byRun).toHaveLength(6)
    expect(await names({ sort: 'lastRun' })).toHaveLength(4)
  })

  test('says which flows use a piece, in which steps and versions', async () => {
    const http = '@activepieces/piece-http'
    const call = (name: string, version: string) => pieceAction(name, http, version, 'send_request', { url: 'x' })
    const flow = await flows.create(webhookTrigger(), [call('step_1', '0.4.1'), call('step_2', '0.5.0')])
    const branching = await flows.create(webhookTrigger(), [router('step_1')])
    const inside = { parentStep: 'step_1', stepLocationRelativeToParent: 'INSIDE_BRANCH', branchIndex: 1 }
    await flows.operate(branching.id, 'ADD_ACTION', { ...inside, action: call('step_2', '0.4.1') })
    const uses = async (pieceName: string, more: Record<string, string | number> = {}, token = owner.token) => {
      const query = { projectId: owner.projectId, pieceName, ...more }
      return server.call<{ data: PieceUse[]; next: string | null }>('GET', '/v1/flows/piece-uses', { token, query })
    }
    const { body } = await uses(http)
    const step = { pieceVersion: '0.4.1', part: 'send_request' }
    expect(body.data).toMatchObject([
      { id: branching.id, isPublished: false, steps: [{ name: 'step_2', ...step }] },
      {
        id: flow.id,
        steps: [
          { name: 'step_1', ...step },
          { name: 'step_2', pieceVersion: '0.5.0' },
        ],
      },
    ])
    const first = (await uses(http, { limit: 1 })).body
    expect(first.data).toHaveLength(1)
    expect((await uses(http, { limit: 1, cursor: first.next ?? '' })).body.data).toMatchObject([{ id: flow.id }])
    expect((await uses(SCHEDULE)).body.data).toMatchObject([{ displayName: 'Reports', isPublished: true }])
    expect((await uses('@acme/piece-nowhere')).body.data).toEqual([])
    const dan = await addColleague(server, owner, 'Dora')
    expect((await uses(http, {}, dan.token)).status).toBe(404)
  })

  test('shows runs only to people who may see runs', async () => {
    const dan = await addColleague(server, owner, 'Dan', 'Viewer')
    expect((await list({ sort: 'lastRun' }, dan.token)).data[0]?.lastRun).not.toBeNull()
    const { db } = server.server
    const member = db.selectFrom('project_member').select('projectRoleId').where('userId', '=', dan.userId)
    await db
      .updateTable('project_role')
      .set({ permissions: ['READ_FLOW'] })
      .where('id', 'in', member)
      .execute()
    await server.server.events.emit('ACCESS_CHANGED', { of: 'USER', id: dan.userId })
    expect((await list({ name: 'Orders' }, dan.token)).data[0]?.lastRun).toBeNull()
  })
})
