import { join } from 'node:path'
import type { PopulatedFlow } from '@piecework/model/flow/flow'
import { openDatabase } from '@piecework/server/database/open'
import { FEED, FEED_VERSION, type FeedApp, installFeed, startFeedApp } from '@piecework/server/testing/feed'
import { pieceTrigger } from '@piecework/server/testing/flows'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, signIn, until } from './support/client.ts'
import { type ServerProcess, startServer, temporaryFolder } from './support/process.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app: FeedApp
let server: ServerProcess | undefined

beforeAll(async () => {
  folder = await temporaryFolder()
  app = await startFeedApp()
})
afterAll(async () => {
  await server?.kill().catch(() => {})
  await app?.[Symbol.asyncDispose]()
  await folder?.remove()
})

const hook = (displayName = 'Hook') => ({ ...pieceTrigger(FEED, FEED_VERSION, 'hook', { url: app.url }), displayName })

async function create(client: Client): Promise<PopulatedFlow> {
  return client.operate(await client.draft(), { type: 'UPDATE_TRIGGER', request: hook() })
}
const publish = (client: Client, id: string) =>
  client.operate(id, { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } })
const live = async (client: Client) => {
  const { id } = await create(client)
  await publish(client, id)
  return id
}

test('a server killed while triggers are taken into and out of service puts them right at its next start', async () => {
  const config = join(folder.path, 'config')
  const env = { AP_WORKER_CONCURRENCY: '6' }
  const before = await startServer(config, env)
  server = before
  const client = await signIn(before.base)
  await installFeed({ origin: new URL(before.base).origin }, client)
  const first = (await create(client)).id
  const again = await live(client)
  const leaving = await live(client)
  const off = await live(client)
  const listening = await create(client)
  const done = await live(client)

  // The app takes each of these calls and never answers.
  const held = [
    `/subscribe ${first}`,
    `/subscribe ${again}`,
    `/unsubscribe ${leaving}`,
    `/unsubscribe ${off}`,
    `/subscribe ${listening.id}`,
  ]
  const calls = () => app.calls.map(({ path, to }) => `${path} ${/webhooks\/(\w+)/.exec(to)?.[1]}`)
  const callsOf = (id: string) =>
    calls()
      .filter((call) => call.endsWith(id))
      .map((call) => call.split(' ')[0])
  app.calls = []
  app.onCall = () => (held.includes(calls().at(-1) ?? '') ? new Promise(() => {}) : Promise.resolve())
  const republish = async (id: string) => {
    await client.operate(id, { type: 'UPDATE_TRIGGER', request: hook('Changed') })
    await publish(client, id)
  }
  const changes = [
    publish(client, first),
    republish(again),
    republish(leaving),
    client.operate(off, { type: 'CHANGE_STATUS', request: { status: 'DISABLED' } }),
    client.api.triggers.test({
      body: {
        projectId: client.projectId,
        flowId: listening.id,
        flowVersionId: listening.version.id,
        testStrategy: 'SIMULATION',
      },
    }),
  ]
  const interrupted = Promise.allSettled(changes)
  await until(async () => held.every((call) => calls().includes(call)))
  await before.kill()
  expect((await interrupted).map(({ status }) => status)).toEqual(changes.map(() => 'rejected'))

  app.reset()
  const after = await startServer(config, env)
  server = after
  const now = await signIn(after.base)
  const statusOf = async (id: string) => (await now.api.flows.get({ params: { id } })).status
  const ended = ['/unsubscribe']
  const renewed = ['/unsubscribe', '/subscribe']
  const wanted = new Map([
    [first, { status: 'DISABLED', calls: ended }],
    [again, { status: 'ENABLED', calls: renewed }],
    [leaving, { status: 'ENABLED', calls: renewed }],
    [off, { status: 'DISABLED', calls: ended }],
    [listening.id, { status: 'DISABLED', calls: ended }],
    [done, { status: 'ENABLED', calls: [] }],
  ])
  await expect
    .poll(
      async () => {
        const found = [...wanted.keys()].map(
          async (id) => [id, { status: await statusOf(id), calls: callsOf(id) }] as const,
        )
        return new Map(await Promise.all(found))
      },
      { timeout: 20_000 },
    )
    .toEqual(wanted)
  const answers = [first, again, leaving, off].map((id) => fetch(`${after.base}/v1/webhooks/${id}`, { method: 'POST' }))
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([404, 200, 200, 404])
  await after.stop()

  const db = await openDatabase({ type: 'PGLITE', dataDir: join(config, 'pglite'), fsync: false })
  const sources = await db.selectFrom('trigger_source').select(['id', 'flowId']).where('deleted', 'is', null).execute()
  expect(sources.map(({ flowId }) => flowId).sort()).toEqual([again, leaving, done].sort())
  const ticks = await db.selectFrom('job').select('key').where('kind', 'in', ['POLL', 'RENEW']).execute()
  expect(ticks.map(({ key }) => key?.split(':')[1]).sort()).toEqual(sources.map(({ id }) => id).sort())
  await db.destroy()
}, 180_000)
