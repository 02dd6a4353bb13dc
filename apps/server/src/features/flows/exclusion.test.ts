import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestPostgres } from '../../database/testing.ts'
import { eventually, flowMaker, pieceTrigger } from '../../testing/flows.ts'
import { pieceArchive } from '../../testing/piece-archive.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

/** Publishing, enabling, disabling and deleting a flow at the same moment, at one app and at two. */
const PIECE = '@acme/piece-slow'
/** Its trigger says that it registers, and waits until it may go on. */
const source = `
  import { appendFileSync, existsSync } from 'node:fs'
  import { setTimeout as sleep } from 'node:timers/promises'
  import { createPiece, createTrigger, PieceAuth, Property, TriggerStrategy } from '@piecework/framework'
  const note = (folder, what) => appendFileSync(folder + '/said', what + '\\n')
  const slow = createTrigger({ name: 'slow', displayName: 'Slow', description: '', type: TriggerStrategy.WEBHOOK,
    auth: PieceAuth.None(), props: { folder: Property.ShortText({ displayName: 'Folder', required: true }) }, sampleData: null,
    async onEnable({ propsValue: { folder } }) {
      note(folder, 'begins')
      while (!existsSync(folder + '/go')) await sleep(20)
      note(folder, 'on')
    },
    async onDisable({ propsValue: { folder } }) { note(folder, 'off') },
    async run() { return [] } })
  export const piece = createPiece({ displayName: 'Slow', logoUrl: 'https://x.test/l.svg', authors: [], description: '',
    auth: PieceAuth.None(), actions: [], triggers: [slow] })`

describe.each(['one embedded app', 'two apps on PostgreSQL'])('changes of one flow at %s', (what) => {
  let close: () => PromiseLike<void>
  let here: TestServer
  let there: TestServer
  let owner: Person
  let folder = ''

  beforeAll(async () => {
    const worker = { AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '2' }
    if (what === 'one embedded app') {
      here = await startTestServer(worker)
      there = here
      close = () => here[Symbol.asyncDispose]()
    } else {
      const database = await createTestPostgres()
      const keys = {
        AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
        AP_JWT_SECRET: 'a secret of both of the apps, long enough',
      }
      const env = { ...keys, ...worker, AP_POSTGRES_URL: database.url }
      here = await startTestServer(env)
      there = await startTestServer({ ...env, AP_POSTGRES_POOL_SIZE: '1' })
      close = async () => {
        await Promise.all([here[Symbol.asyncDispose](), there[Symbol.asyncDispose]()])
        await database.drop()
      }
    }
    owner = await signUpOwner(here)
    const form = new FormData()
    const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: PIECE, pieceVersion: '1.0.0' }
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(PIECE, '1.0.0', source))]), 'piece.tgz')
    expect((await here.call('POST', '/v1/pieces', { token: owner.token, body: form })).status).toBe(201)
  })
  afterAll(() => close())

  const said = async () => (await readFile(join(folder, 'said'), 'utf8').catch(() => '')).split('\n').filter(Boolean)
  const go = () => writeFile(join(folder, 'go'), '')
  const registered = async (flowId: string) =>
    here.server.db
      .selectFrom('trigger_source')
      .select('flowVersionId')
      .where('flowId', '=', flowId)
      .where('deleted', 'is', null)
      .execute()
  const flowOfSlowTrigger = async () => {
    folder = await mkdtemp(join(tmpdir(), 'piecework-exclusion-'))
    return flowMaker(here, owner).create(pieceTrigger(PIECE, '1.0.0', 'slow', { folder }), [])
  }
  const operate = (server: TestServer, id: string, type: string, request: object) =>
    server.call<{ status: string; publishedVersionId: string; version: { id: string } }>('POST', `/v1/flows/${id}`, {
      token: owner.token,
      body: { type, request },
    })

  test('a flow that is deleted while it is published leaves no trigger behind', async () => {
    const flow = await flowOfSlowTrigger()
    const publishing = operate(here, flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
    await eventually(async () => (await said()).includes('begins') || undefined, 'the registration')
    expect((await there.call('DELETE', `/v1/flows/${flow.id}`, { token: owner.token })).status).toBe(204)
    await go()
    expect((await publishing).status).toBeGreaterThanOrEqual(400)
    const left = () => here.server.db.selectFrom('flow').select('id').where('id', '=', flow.id).executeTakeFirst()
    await eventually(async () => (await left()) === undefined || undefined, 'the deletion')
    expect(await registered(flow.id)).toEqual([])
    expect(await said()).toEqual(['begins', 'on', 'off'])
    await rm(folder, { recursive: true })
  })

  test('one that is disabled while it is published is disabled in the end, and has no trigger', async () => {
    const flow = await flowOfSlowTrigger()
    const publishing = operate(here, flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
    await eventually(async () => (await said()).includes('begins') || undefined, 'the registration')
    const disabling = operate(there, flow.id, 'CHANGE_STATUS', { status: 'DISABLED' })
    await go()
    expect((await publishing).body).toMatchObject({ status: 'ENABLED' })
    expect((await disabling).body).toMatchObject({ status: 'DISABLED' })
    expect(await registered(flow.id)).toEqual([])
    expect(await said()).toEqual(['begins', 'on', 'off'])
    await rm(folder, { recursive: true })
  })

  test('many at once end with the trigger of the version that is in service', async () => {
    const flow = await flowOfSlowTrigger()
    await go()
    await operate(here, flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' })
    const servers = [here, there, here, there]
    await Promise.all(
      servers.flatMap((server, index) => [
        operate(server, flow.id, 'CHANGE_NAME', { displayName: `name ${index}` }),
        operate(server, flow.id, 'LOCK_AND_PUBLISH', { status: 'ENABLED' }),
        operate(server, flow.id, 'CHANGE_STATUS', { status: index % 2 === 0 ? 'DISABLED' : 'ENABLED' }),
      ]),
    )
    const { body: now } = await there.call<{ status: string; publishedVersionId: string }>(
      'GET',
      `/v1/flows/${flow.id}`,
      {
        token: owner.token,
      },
    )
    const sources = (await registered(flow.id)).map(({ flowVersionId }) => flowVersionId)
    expect(sources).toEqual(now.status === 'ENABLED' ? [now.publishedVersionId] : [])
    const last = (await said()).filter((word) => word !== 'begins').at(-1)
    expect(last).toBe(now.status === 'ENABLED' ? 'on' : 'off')
    await rm(folder, { recursive: true })
  })
})
