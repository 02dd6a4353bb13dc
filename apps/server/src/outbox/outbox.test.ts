import type { DomainEvent } from '@piecework/model/events/domain-event'
import { newId } from '@piecework/model/ids'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTokens } from '../access/tokens.ts'
import { type TestDatabase, testDatabase } from '../database/testing.ts'
import { createAuthentication } from '../features/authentication/service.ts'
import { createSessionMaker } from '../features/sessions/open.ts'
import { createOutboxDelivery, type OutboxDelivery } from './deliver.ts'
import { createOutbox, type EventActor, type Outbox } from './outbox.ts'
import type { Subscriber } from './subscriber.ts'

const log = pino({ level: 'silent' })
const SOON = { retries: { firstMs: 5, longestMs: 5 }, lookEveryMs: 25 }

/** Notes what it gets. */
function listener(deliver: (events: readonly DomainEvent[]) => void | Promise<void> = () => {}) {
  const got: DomainEvent[] = []
  const subscriber: Subscriber = {
    name: 'listener',
    wants: (name) => name.startsWith('folder.'),
    async deliver(events) {
      await deliver(events)
      got.push(...events)
    },
  }
  return { subscriber, got }
}

describe.each(['PGLITE', 'POSTGRES'] as const)('the outbox on %s', (type) => {
  let fixture: TestDatabase
  let outbox: Outbox
  let actor: EventActor
  let deliveries: OutboxDelivery[] = []

  beforeAll(async () => {
    fixture = await testDatabase(type)
    outbox = createOutbox(fixture.db)
    const authentication = createAuthentication({
      db: fixture.db,
      tokens: createTokens('secret'),
      sessionMaker: createSessionMaker({ db: fixture.db, tokens: createTokens('secret'), maxHours: 1 }),
      outbox,
      events: { emit: async () => {} },
      sendsMail: false,
      log: pino({ level: 'silent' }),
    })
    const person = { email: 'ada@example.com', password: 'Correct-horse-7', firstName: 'Ada', lastName: 'L' }
    const { user, projectId } = await authentication.signUp(
      { ...person, trackEvents: false, newsLetter: false },
      { ip: '127.0.0.1', userAgent: undefined },
    )
    const platformId = user.platformId ?? ''
    const principal = { type: 'USER', id: user.id, platformId, platformRole: 'ADMIN' } as const
    actor = { principal, platformId, userId: user.id, ip: '10.0.0.1', projectId: projectId ?? '' }
  })
  afterEach(async () => {
    await Promise.all(deliveries.map((delivery) => delivery.stop()))
    deliveries = []
    outbox.subscribe([])
    await fixture.db.deleteFrom('outbox').execute()
  })
  afterAll(() => fixture[Symbol.asyncDispose]())

  /** An app that delivers. */
  const app = async (subscriber: Subscriber, limits: Parameters<typeof createOutboxDelivery>[0]['limits'] = {}) => {
    outbox.subscribe([subscriber])
    const parts = { db: fixture.db, outbox, subscribers: [subscriber], alone: type === 'PGLITE', log }
    const delivery = createOutboxDelivery({ ...parts, limits: { ...SOON, ...limits } })
    deliveries.push(delivery)
    await delivery.start()
    return delivery
  }

  const folder = (displayName: string) => {
    const now = new Date().toISOString()
    return { folder: { id: newId(), created: now, updated: now, displayName } }
  }
  const say = (...names: string[]) =>
    outbox.transaction(async (_trx, recordEvent) => {
      for (const name of names) recordEvent(actor, 'folder.created', folder(name))
    })
  const waiting = () => fixture.db.selectFrom('outbox').selectAll().execute()
  const emptied = () => expect.poll(waiting, { timeout: 20_000 }).toEqual([])
  const namesOf = (events: readonly DomainEvent[]) =>
    events.map(({ data }) => (data as ReturnType<typeof folder>).folder.displayName)

  test('brings an event to those who want it, with who did what where', async () => {
    const { subscriber, got } = listener()
    await app(subscriber)
    await say('Orders')
    await emptied()
    expect(got).toEqual([
      {
        id: expect.stringMatching(/^\w{21}$/),
        created: expect.any(String),
        updated: got[0]?.created,
        platformId: actor.platformId,
        projectId: actor.projectId,
        projectDisplayName: "Ada's Project",
        userId: actor.userId,
        userEmail: 'ada@example.com',
        ip: '10.0.0.1',
        actor: { type: 'USER', id: actor.userId },
        action: 'folder.created',
        data: { project: { displayName: "Ada's Project" }, folder: expect.objectContaining({ displayName: 'Orders' }) },
      },
    ])
  })

  test('knows nothing of a change that did not come about, and stores nothing that nobody wants', async () => {
    const { subscriber, got } = listener()
    outbox.subscribe([subscriber])
    const failing = outbox.transaction(async (_trx, recordEvent) => {
      recordEvent(actor, 'folder.created', folder('lost'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await outbox.transaction(async (_trx, recordEvent) =>
      recordEvent(actor, 'user.signed.in', { user: { id: actor.principal.id } }),
    )
    expect(await waiting()).toEqual([])
    await app(subscriber)
    expect(got).toEqual([])
  })

  test('an event that was stored by a process that is gone is delivered by the next', async () => {
    const { subscriber, got } = listener()
    outbox.subscribe([subscriber])
    await say('a', 'b')
    expect(await waiting()).toHaveLength(2)
    await app(subscriber)
    await emptied()
    expect(namesOf(got)).toEqual(['a', 'b'])
  })

  test('what was taken by a process that was killed comes again, with the same id', async () => {
    const { promise: end, resolve: kill } = Promise.withResolvers<void>()
    const killed = listener(() => end)
    await app(killed.subscriber, { leaseMs: 100, deliverMs: 3_600_000 })
    await say('a')
    await expect.poll(async () => (await waiting())[0]?.attempt).toBe(1)
    const [stored] = await waiting()
    const next = listener()
    await app(next.subscriber)
    await emptied()
    expect(next.got.map(({ id }) => id)).toEqual([stored?.id])
    kill()
  })

  test('one event that cannot be delivered holds up no other, and is given up in the end', async () => {
    const { subscriber, got } = listener((events) => {
      if (namesOf(events).includes('bad')) throw new Error('I do not like it')
    })
    await app(subscriber, { maxAttempts: 3 })
    await say('a', 'bad', 'b')
    await expect.poll(async () => (await waiting()).map(({ deadAt }) => deadAt !== null)).toEqual([true])
    expect(namesOf(got).sort()).toEqual(['a', 'b'])
    expect((await waiting())[0]).toMatchObject({ attempt: 3, lastError: 'I do not like it' })
    await say('c')
    await expect.poll(() => namesOf(got).sort()).toEqual(['a', 'b', 'c'])
  })

  test('an event that another release wrote and nobody understands is kept, and holds up no other', async () => {
    const { subscriber, got } = listener()
    const odd = { id: newId(), subscriber: 'listener', name: 'folder.painted', event: '{}' }
    await fixture.db.insertInto('outbox').values(odd).execute()
    await app(subscriber, { retries: { firstMs: 3_600_000, longestMs: 3_600_000 } })
    // Both in one batch would wait for the hour.
    await expect.poll(async () => (await waiting()).map(({ attempt }) => attempt)).toEqual([1])
    await say('a')
    await expect.poll(() => namesOf(got)).toEqual(['a'])
    await expect
      .poll(async () => (await waiting()).map(({ id, attempt }) => ({ id, attempt })))
      .toEqual([{ id: odd.id, attempt: 1 }])
  })

  test('several apps share it: each event is delivered, and while all are well only once', async () => {
    const { subscriber, got } = listener()
    outbox.subscribe([subscriber])
    const names = Array.from({ length: 450 }, (_, index) => `f${index}`)
    await say(...names)
    await Promise.all([app(subscriber), app(subscriber), app(subscriber)])
    await emptied()
    expect(namesOf(got).sort()).toEqual(names.toSorted())
  })
})
