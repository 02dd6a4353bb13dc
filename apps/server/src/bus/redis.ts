import type { Redis } from 'ioredis'
import { waitAtMost } from '../time-limit.ts'
import type { Carrier, CarrierEvents } from './bus.ts'

const EVERYBODY = 'piecework:bus'
/** A server that is not there at the start is waited for so long; then the app starts without it. */
const FIRST_PATIENCE_MS = 2000
const DEAF_EVERY_MS = 1000

interface RedisCarrierOptions {
  appId: string
  /** Makes a connection; a subscribed one can do nothing else, so there are two. */
  connect(): Redis
  events: CarrierEvents
}

/** Carries messages with PUBLISH and SUBSCRIBE. */
export async function openRedisCarrier({ appId, connect, events }: RedisCarrierOptions): Promise<Carrier> {
  const own = `${EVERYBODY}:${appId}`
  const publisher = connect()
  const subscriber = connect()
  let hears = false
  subscriber.on('message', (_channel: string, text: string) => events.receive(text))
  subscriber.on('close', () => {
    hears = false
  })

  const listening = new Promise<void>((resolve) => {
    const listen = async (): Promise<void> => {
      await subscriber.subscribe(EVERYBODY, own)
      hears = true
      // Messages from before the subscription are lost.
      events.gap()
      resolve()
    }
    // The connection may be lost again before the answer: then it is ready once more, later.
    subscriber.on('ready', () => void listen().catch(() => {}))
  })
  const deafness = setInterval(() => {
    if (!hears) events.disconnected()
  }, DEAF_EVERY_MS)
  await waitAtMost(listening, FIRST_PATIENCE_MS)

  return {
    async send(parcels) {
      const pipeline = publisher.pipeline()
      for (const { to, text } of parcels) pipeline.publish(to === null ? EVERYBODY : `${EVERYBODY}:${to}`, text)
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error
    },
    async close() {
      clearInterval(deafness)
      subscriber.disconnect()
      publisher.disconnect()
    },
  }
}
