import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tickKeys } from '../features/triggers/schedule.ts'
import { eventually } from './flows.ts'
import { pieceArchive } from './piece-archive.ts'
import type { Person, TestServer } from './server.ts'

export const FEED = '@acme/piece-feed'
export const FEED_VERSION = '1.0.0'

/** A piece of an app with items, that hears what triggers do with it. */
const SOURCE = `
  import { createPiece, createTrigger, DedupeStrategy, PieceAuth, pollingHelper, Property, TriggerStrategy,
    WebhookHandshakeStrategy, WebhookRenewStrategy } from '@piecework/framework'
  const props = { url: Property.ShortText({ displayName: 'URL', required: true }) }
  const base = { description: '', auth: PieceAuth.None(), props, sampleData: { sample: true } }
  const call = async (url, body) => {
    const answer = await fetch(url, body ? { method: 'POST', body: JSON.stringify(body) } : {})
    if (!answer.ok) throw new Error('the app answered ' + answer.status)
    return answer.json()
  }
  const polling = (name, poll) => createTrigger({
    ...base, name, displayName: name, type: TriggerStrategy.POLLING,
    onEnable: (ctx) => pollingHelper.onEnable(poll, ctx),
    onDisable: (ctx) => pollingHelper.onDisable(poll, ctx),
    run: (ctx) => pollingHelper.poll(poll, ctx),
    test: (ctx) => pollingHelper.test(poll, ctx),
  })
  const byTime = polling('by_time', {
    strategy: DedupeStrategy.TIMEBASED,
    items: async ({ propsValue }) =>
      (await call(propsValue.url + '/items')).map((item) => ({ epochMilliSeconds: item.at, data: item })),
  })
  const byItem = polling('by_item', {
    strategy: DedupeStrategy.LAST_ITEM,
    items: async ({ propsValue }) => (await call(propsValue.url + '/items')).map((item) => ({ id: item.id, data: item })),
  })
  const hook = createTrigger({
    ...base, name: 'hook', displayName: 'Hook', type: TriggerStrategy.WEBHOOK,
    handshakeConfiguration: { strategy: WebhookHandshakeStrategy.QUERY_PRESENT, paramName: 'challenge' },
    renewConfiguration: { strategy: WebhookRenewStrategy.CRON, cronExpression: '0 0 1 1 *' },
    onEnable: async (ctx) => {
      await call(ctx.propsValue.url + '/subscribe', { to: ctx.webhookUrl })
      await ctx.store.put('subscription', ctx.webhookUrl)
    },
    onDisable: async (ctx) => {
      await call(ctx.propsValue.url + '/unsubscribe', { to: (await ctx.store.get('subscription')) ?? ctx.webhookUrl })
    },
    onRenew: async (ctx) => { await call(ctx.propsValue.url + '/renew', { to: await ctx.store.get('subscription') }) },
    onHandshake: async (ctx) => ({ status: 202, body: { echo: ctx.payload.queryParams.challenge } }),
    run: async (ctx) => [].concat(ctx.payload.body.events ?? ctx.payload.body),
  })
  const appHook = createTrigger({
    ...base, name: 'app_hook', displayName: 'App hook', type: TriggerStrategy.APP_WEBHOOK,
    onEnable: async (ctx) => { ctx.app.createListeners({ events: ['message'], identifierValue: ctx.propsValue.url }) },
    onDisable: async () => {},
    run: async (ctx) => [ctx.payload.body.message],
  })
  export const feed = createPiece({
    displayName: 'Feed', logoUrl: 'x', authors: [], description: '', auth: PieceAuth.None(), actions: [],
    triggers: [byTime, byItem, hook, appHook],
    events: {
      parseAndReply: ({ payload }) => payload.body.challenge
        ? { reply: { headers: { 'x-app': 'yes' }, body: { challenge: payload.body.challenge } } }
        : { event: payload.body.type, identifierValue: payload.body.team },
      verify: ({ webhookSecret, payload }) => payload.headers['x-signature'] === webhookSecret,
    },
  })`

export interface FeedApp extends AsyncDisposable {
  url: string
  /** Newest first. */
  items: { id: number; at: number }[]
  /** The requests of triggers, without their looks for items. */
  calls: { path: string; to: string }[]
  /** Looks for items. */
  looks: number
  /** The status that it answers with instead of 200, by path. */
  failing: Map<string, number>
  /** Looks wait for this. */
  gate: Promise<void>
  /** Called when a trigger asks something of the app, before that is answered. */
  onCall: (path: string, to: string) => Promise<void>
  reset(): void
}

/** The app of the piece. Every request to it goes on the record. */
export async function startFeedApp(): Promise<FeedApp> {
  const app = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const path = request.url ?? ''
    const { to = '' } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { to?: string }
    if (request.method === 'POST') feed.calls.push({ path, to })
    else feed.looks++
    if (request.method === 'POST') await feed.onCall(path, to)
    if (path === '/items') await feed.gate
    response.writeHead(feed.failing.get(path) ?? 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(path === '/items' ? feed.items : {}))
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  const fresh = () => ({
    items: [],
    calls: [],
    looks: 0,
    failing: new Map<string, number>(),
    gate: Promise.resolve(),
    onCall: async () => {},
  })
  const feed: FeedApp = {
    url: `http://127.0.0.1:${(app.address() as AddressInfo).port}`,
    ...fresh(),
    reset() {
      Object.assign(feed, fresh())
    },
    [Symbol.asyncDispose]: async () => {
      app.closeAllConnections()
      await new Promise((resolve) => app.close(resolve))
    },
  }
  return feed
}

/** Installs the piece on a platform. */
export async function installFeed(server: Pick<TestServer, 'origin'>, owner: Pick<Person, 'token'>): Promise<void> {
  const form = new FormData()
  const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName: FEED, pieceVersion: FEED_VERSION }
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('pieceArchive', new Blob([new Uint8Array(await pieceArchive(FEED, FEED_VERSION, SOURCE))]), 'p.tgz')
  const headers = { authorization: `Bearer ${owner.token}` }
  const answer = await fetch(`${server.origin}/api/v1/pieces`, { method: 'POST', headers, body: form })
  if (answer.status !== 201) throw new Error(`The piece was not installed: ${await answer.text()}`)
}

type TickKind = 'POLL' | 'RENEW'

/** The job that ticks for a flow; undefined when it has none. */
export async function tickOf({ server }: TestServer, flowId: string, kind: TickKind = 'POLL') {
  const { db } = server
  const source = await db
    .selectFrom('trigger_source')
    .select('id')
    .where('flowId', '=', flowId)
    .where('simulate', '=', false)
    .where('deleted', 'is', null)
    .executeTakeFirst()
  if (!source) return undefined
  const [poll, renew] = tickKeys(source.id)
  const row = await db
    .selectFrom('job')
    .select(['id', 'dueAt', 'owner'])
    .where('key', '=', kind === 'POLL' ? poll : renew)
    .executeTakeFirst()
  return row && { ...row, dueAt: new Date(row.dueAt) }
}

/** Lets the clock of a flow's schedule strike now, and waits for the end of that. */
export async function runTick(server: TestServer, flowId: string, kind: TickKind = 'POLL'): Promise<void> {
  const before = await tickOf(server, flowId, kind)
  if (!before) throw new Error(`The flow ${flowId} has no tick`)
  await makeDue(server, before.id, new Date(Date.now() - 1000))
  await eventually(async () => {
    const job = await tickOf(server, flowId, kind)
    // A flow that was disabled meanwhile has no clock any more.
    return !job || (job.owner === null && job.dueAt.getTime() > Date.now()) ? true : undefined
  }, 'the end of the tick')
}

/** Makes a job deliverable as if it had come due at the given time. */
export async function makeDue({ server }: TestServer, jobId: string, dueAt: Date): Promise<void> {
  await server.db.updateTable('job').set({ dueAt, ready: true }).where('id', '=', jobId).execute()
  server.execution.wake()
}
