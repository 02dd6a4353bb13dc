import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestPostgres } from '../../database/testing.ts'
import { codeAction, eventually, flowMaker, webhookTrigger } from '../../testing/flows.ts'
import { type Person, signUpOwner, startTestServer, type TestServer } from '../../testing/server.ts'

/** Workers keep the connections that their runs use for a while: a change must reach the very next run. */
let server: TestServer
let owner: Person
let flowId: string
beforeAll(async () => {
  server = await startTestServer({ AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' })
  owner = await signUpOwner(server)
  flowId = await flowWithConnection(server, owner)
})
afterAll(() => server?.[Symbol.asyncDispose]())

/** A flow that answers the connection's secret backwards, so that nothing masks it. @returns its id */
async function flowWithConnection(server: TestServer, owner: Person): Promise<string> {
  const flows = flowMaker(server, owner)
  const step = codeAction('step_1', 'export const code = async (i) => [...i.key].reverse().join("")', {
    key: '{{connections.key.secret_text}}',
  })
  const answer = {
    ...codeAction('unused', ''),
    type: 'PIECE',
    name: 'step_2',
    settings: {
      pieceName: '@activepieces/piece-webhook',
      pieceVersion: '0.1.29',
      actionName: 'return_response',
      input: {
        responseType: 'json',
        fields: { status: 200, headers: {}, body: { key: '{{step_1}}' } },
        respond: 'stop',
      },
      propertySettings: {},
    },
  }
  const { id } = await flows.create(webhookTrigger(), [step, answer])
  await flows.publish(id)
  return id
}

const connect = (secret: string, at = { server, owner }) =>
  at.server.call<{ id: string }>('POST', '/v1/app-connections', {
    token: at.owner.token,
    body: {
      externalId: 'key',
      displayName: 'Key',
      pieceName: '@activepieces/piece-http',
      projectId: at.owner.projectId,
      type: 'SECRET_TEXT',
      value: { type: 'SECRET_TEXT', secret_text: secret },
    },
  })
const call = (at = server, id = flowId) => at.call<{ key?: string }>('POST', `/v1/webhooks/${id}/sync`, { body: {} })
const backwards = (text: string) => [...text].reverse().join('')

test('a run uses the newest value, and none that is gone', async () => {
  const first = await connect('first-secret-of-all')
  expect((await call()).body).toEqual({ key: backwards('first-secret-of-all') })
  expect((await call()).body).toEqual({ key: backwards('first-secret-of-all') })
  await connect('the-second-secret')
  expect((await call()).body).toEqual({ key: backwards('the-second-secret') })
  await server.call('DELETE', `/v1/app-connections/${first.body.id}`, { token: owner.token })
  expect((await call()).body).not.toHaveProperty('key')
})

test('a run with a warm connection asks the database for none', async () => {
  await connect('a-third-secret-of-them')
  await call()
  const rows = await server.server.db
    .updateTable('app_connection')
    .set({ value: JSON.stringify({ iv: '', data: '', tag: '' }) })
    .where('externalId', '=', 'key')
    .returning('id')
    .execute()
  expect(rows).toHaveLength(1)
  // Behind the back of the server, which would find nothing to decrypt.
  expect((await call()).body).toEqual({ key: backwards('a-third-secret-of-them') })
})

test('a change through one app reaches the runs of another', async () => {
  const database = await createTestPostgres()
  const env = {
    AP_ENCRYPTION_KEY: '0123456789abcdef0123456789abcdef',
    AP_JWT_SECRET: 'a secret of the whole cluster, long',
    AP_POSTGRES_URL: database.url,
  }
  const withWorker = { ...env, AP_CONTAINER_TYPE: 'WORKER_AND_APP', AP_WORKER_CONCURRENCY: '1' }
  // The other app alone runs flows, and keeps what it has read.
  const servers = await Promise.all([
    startTestServer({ ...env, AP_CONTAINER_TYPE: 'APP' }),
    startTestServer(withWorker),
  ])
  try {
    const [here, there] = servers
    const person = await signUpOwner(here)
    const flow = await flowWithConnection(here, person)
    const answers = async (secret: string) =>
      (await call(there, flow)).body.key === backwards(secret) ? true : undefined
    for (const secret of ['the-first-of-two-apps', 'the-second-of-two-apps']) {
      await connect(secret, { server: here, owner: person })
      // Far sooner than a worker asks again by itself.
      await eventually(() => answers(secret), `an answer with ${secret}`, 10_000)
    }
  } finally {
    await Promise.all(servers.map((one) => one[Symbol.asyncDispose]()))
    await database.drop()
  }
})
