import { type BackOff, delayOf } from '@piecework/model/back-off'
import { newId } from '@piecework/model/ids'
import { sql } from 'kysely'
import pg from 'pg'
import type { Db } from '../database/open.ts'
import type { Carrier, CarrierEvents } from './bus.ts'

const EVERYBODY = 'piecework'
/** NOTIFY takes less than 8000 bytes. */
const MAX_INLINE_BYTES = 7500
/** Begins a payload that names a stored message. */
const STORED = '@'
const KEEP_STORED_MS = 60_000
const RECONNECTING: BackOff = { firstMs: 100, longestMs: 5000 }
/** A connection that fell silent without closing is found out by asking it something. */
const PROBE_MS = 15_000
const PROBE_TIMEOUT_MS = 10_000

interface PostgresCarrierOptions {
  db: Db
  appId: string
  connection: pg.ClientConfig
  events: CarrierEvents
}

/** Carries messages with LISTEN and NOTIFY: listens on a connection of its own, sends through the pool. */
export async function openPostgresCarrier({ db, appId, connection, events }: PostgresCarrierOptions): Promise<Carrier> {
  const own = `${EVERYBODY}_${appId}`
  let client: pg.Client | undefined
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  // Stored messages are fetched, so that later ones have to wait for them to keep the order.
  let received: Promise<void> = Promise.resolve()

  const fetchStored = async (id: string, forAll: boolean): Promise<string | undefined> => {
    const row = forAll
      ? await db.selectFrom('bus_message').select('body').where('id', '=', id).executeTakeFirst()
      : await db.deleteFrom('bus_message').where('id', '=', id).returning('body').executeTakeFirst()
    return row?.body
  }

  const take = async ({ channel, payload = '' }: pg.Notification): Promise<void> => {
    if (!payload.startsWith(STORED)) return events.receive(payload)
    const body = await fetchStored(payload.slice(STORED.length), channel === EVERYBODY)
    if (body === undefined) events.gap()
    else events.receive(body)
  }

  const listen = async (): Promise<void> => {
    const next = new pg.Client({ ...connection, keepAlive: true, query_timeout: PROBE_TIMEOUT_MS })
    // Ends in `end`, whatever was wrong.
    next.on('error', () => void next.end().catch(() => {}))
    next.on('notification', (message) => {
      received = received.then(() => take(message)).catch(() => events.gap())
    })
    try {
      await next.connect()
      await next.query(`listen "${EVERYBODY}"; listen "${own}"`)
    } catch (error) {
      await next.end().catch(() => {})
      throw error
    }
    next.once('end', () => {
      if (client === next) client = undefined
      if (!closed) reconnect()
    })
    client = next
    failures = 0
  }

  const reconnect = (): void => {
    clearTimeout(timer)
    timer = setTimeout(
      () => {
        listen().then(
          () => events.gap(),
          () => {
            failures++
            if (!closed) reconnect()
          },
        )
      },
      delayOf(RECONNECTING, failures + 1),
    )
  }

  const probe = setInterval(() => {
    const current = client
    current?.query('select 1').catch(() => void current.end().catch(() => {}))
  }, PROBE_MS)

  await listen()

  return {
    async send(parcels) {
      const channels: string[] = []
      const payloads: string[] = []
      for (const { to, text } of parcels) {
        channels.push(to === null ? EVERYBODY : `${EVERYBODY}_${to}`)
        payloads.push(Buffer.byteLength(text) <= MAX_INLINE_BYTES ? text : await store(db, text))
      }
      await sql`select pg_notify(c, p) from unnest(${channels}::text[], ${payloads}::text[]) as n(c, p)`.execute(db)
    },
    async close() {
      closed = true
      clearTimeout(timer)
      clearInterval(probe)
      await client?.end().catch(() => {})
      await received
    },
  }
}

/** Keeps a large message for its readers, and drops what earlier readers left. */
async function store(db: Db, body: string): Promise<string> {
  const id = newId()
  await db.insertInto('bus_message').values({ id, body }).execute()
  await db
    .deleteFrom('bus_message')
    .where('created', '<', sql<string>`now() - ${KEEP_STORED_MS} * interval '1 millisecond'`)
    .execute()
  return STORED + id
}
