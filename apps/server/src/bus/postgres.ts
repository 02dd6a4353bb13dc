import { type BackOff, delayOf } from '@piecework/model/back-off'
import pg from 'pg'
import type { Db } from '../database/open.ts'
import type { Carrier, CarrierEvents } from './bus.ts'
import { notify, storeMessage, takeStored } from './store.ts'

const EVERYBODY = 'piecework'
/** NOTIFY takes less than 8000 bytes. */
const MAX_INLINE_BYTES = 7500
/** Begins a payload that names a stored message. */
const STORED = '@'
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

  const take = async ({ channel, payload = '' }: pg.Notification): Promise<void> => {
    if (!payload.startsWith(STORED)) return events.receive(payload)
    const body = await takeStored(db, payload.slice(STORED.length), channel === EVERYBODY)
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
        payloads.push(Buffer.byteLength(text) <= MAX_INLINE_BYTES ? text : STORED + (await storeMessage(db, text)))
      }
      await notify(db, channels, payloads)
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
