import type { Redis } from 'ioredis'
import type { Carrier, CarrierEvents } from './bus.ts'

const EVERYBODY = 'piecework:bus'

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
  subscriber.on('message', (_channel: string, text: string) => events.receive(text))
  await subscriber.subscribe(EVERYBODY, own)
  // The client subscribes again by itself once it is back; what was said meanwhile is lost.
  subscriber.on('ready', () => events.gap())

  return {
    async send(parcels) {
      const pipeline = publisher.pipeline()
      for (const { to, text } of parcels) pipeline.publish(to === null ? EVERYBODY : `${EVERYBODY}:${to}`, text)
      for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error
    },
    async close() {
      subscriber.disconnect()
      await publisher.quit().catch(() => publisher.disconnect())
    },
  }
}
