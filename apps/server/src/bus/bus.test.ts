import { newId } from '@piecework/model/ids'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { type Bus, type CarrierEvents, createBus } from './bus.ts'
import { createMemoryHub } from './memory.ts'
import { openPostgresCarrier } from './postgres.ts'
import { openRedisCarrier } from './redis.ts'

const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'
const log = { warn: () => {} }

interface Fixture extends AsyncDisposable {
  open(appId: string): Promise<Bus>
  /** Cuts the connections on which the app listens; absent where there are none. */
  cut?(appId: string): Promise<void>
}

const fixtures: Record<string, () => Promise<Fixture>> = {
  async MEMORY() {
    const hub = createMemoryHub()
    return {
      open: (appId) => createBus({ appId, log, open: (events) => hub.open(appId, events) }),
      [Symbol.asyncDispose]: async () => {},
    }
  },

  async POSTGRES() {
    const database: TestDatabase = await testDatabase('POSTGRES')
    const connection = { connectionString: database.url }
    const open = (appId: string) =>
      createBus({
        appId,
        log,
        open: (events: CarrierEvents) => openPostgresCarrier({ db: database.db, appId, connection, events }),
      })
    return {
      open,
      async cut(appId) {
        const client = new pg.Client(connection)
        await client.connect()
        await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and query like $1 and pid <> pg_backend_pid()`,
          [`%listen "piecework_${appId}"%`],
        )
        await client.end()
      },
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  },

  async REDIS() {
    const admin = new Redis(REDIS_URL)
    const open = (appId: string) =>
      createBus({
        appId,
        log,
        open: (events) =>
          openRedisCarrier({ appId, events, connect: () => new Redis(REDIS_URL, { connectionName: `bus-${appId}` }) }),
      })
    return {
      open,
      async cut(appId) {
        const clients = String(await admin.call('CLIENT', 'LIST'))
        for (const line of clients.split('\n').filter((text) => text.includes(`name=bus-${appId}`)))
          await admin.call('CLIENT', 'KILL', 'ID', /^id=(\d+)/.exec(line)?.[1] ?? '')
      },
      [Symbol.asyncDispose]: async () => {
        await admin.quit()
      },
    }
  },
}

describe.each(Object.keys(fixtures))('messages between apps over %s', (driver) => {
  let fixture: Fixture
  const open: Bus[] = []
  const join = async (appId = newId()): Promise<Bus> => {
    const bus = await fixture.open(appId)
    open.push(bus)
    return bus
  }
  beforeAll(async () => {
    const make = fixtures[driver]
    if (make) fixture = await make()
  })
  afterAll(async () => {
    await Promise.all(open.map((bus) => bus.close()))
    await fixture[Symbol.asyncDispose]()
  })

  test('reach all other apps in order, and never their sender', async () => {
    const [sender, first, second] = [await join(), await join(), await join()]
    const ids = Array.from({ length: 250 }, (_, index) => `flow-${index}`)
    const collect = (bus: Bus) =>
      new Promise<string[]>((resolve) => {
        const got: string[] = []
        bus.on('FLOW_CHANGED', ({ flowId }) => {
          if (flowId.startsWith('flow-') && got.push(flowId) === ids.length) resolve(got)
        })
      })
    const own: string[] = []
    sender.on('FLOW_CHANGED', ({ flowId }) => own.push(flowId))
    const collected = Promise.all([collect(first), collect(second)])
    for (const flowId of ids) sender.publish('FLOW_CHANGED', { flowId })
    expect(await collected).toEqual([ids, ids])
    expect(own).toEqual([])
  })

  test('addressed to one app reach that one alone, whatever their size', async () => {
    const [sender, addressee, other] = [await join(), await join(), await join()]
    const body = 'ä'.repeat(300_000)
    const got: string[] = []
    const heard = new Promise<void>((resolve) =>
      addressee.on('OPERATION_REPLY', ({ id, result }) => {
        if (result === body) got.push(id)
        if (id === 'last') resolve()
      }),
    )
    const overheard: string[] = []
    const over = new Promise<void>((resolve) => {
      other.on('OPERATION_REPLY', ({ id }) => overheard.push(id))
      other.on('PIECES_CHANGED', () => resolve())
    })
    sender.publish('OPERATION_REPLY', { id: 'large', result: body }, addressee.appId)
    sender.publish('OPERATION_REPLY', { id: 'last' }, addressee.appId)
    sender.publish('PIECES_CHANGED', {})
    await Promise.all([heard, over])
    expect({ got, overheard }).toEqual({ got: ['large'], overheard: [] })
  })

  test('after a lost connection an app hears that it has a gap, and then messages again', async () => {
    const [sender, listener] = [await join(), await join()]
    if (!fixture.cut) return
    const gap = new Promise<unknown>((resolve) => listener.onGap(resolve))
    await fixture.cut(listener.appId)
    await gap
    const heard = new Promise<string>((resolve) =>
      listener.on('FLOW_CHANGED', ({ flowId }) => {
        if (flowId === 'after') resolve(flowId)
      }),
    )
    sender.publish('FLOW_CHANGED', { flowId: 'after' })
    expect(await heard).toBe('after')
  })
})

test('what waits for a carrier that is away is bounded by its size, too; the oldest give way', async () => {
  const sent: string[] = []
  let away = true
  const bus = await createBus({
    appId: 'app',
    log,
    outboxBytes: 10_000,
    open: async () => ({
      async send(parcels) {
        if (away) throw new Error('away')
        sent.push(...parcels.map(({ text }) => text))
      },
      close: async () => {},
    }),
  })
  bus.publish('OPERATION_REPLY', { id: 'oldest', result: 'x'.repeat(6000) }, 'other')
  bus.publish('FLOW_CHANGED', { flowId: 'between' })
  bus.publish('OPERATION_REPLY', { id: 'newest', result: 'x'.repeat(6000) }, 'other')
  // One alone may be larger.
  bus.publish('OPERATION_REPLY', { id: 'huge', result: 'x'.repeat(20_000) }, 'other')
  bus.publish('FLOW_CHANGED', { flowId: 'last' })
  away = false
  await expect.poll(() => sent.length).toBeGreaterThan(0)
  await bus.flush()
  expect(sent.map((text) => /oldest|between|newest|huge|last/.exec(text)?.[0])).toEqual(['last'])
  bus.publish('OPERATION_REPLY', { id: 'huge', result: 'x'.repeat(20_000) }, 'other')
  await bus.flush()
  expect(sent.at(-1)).toContain('huge')
  await bus.close()
})
