import { parseJson } from '@piecework/model/parse-json'
import { z } from 'zod'
import { waitAtMost } from '../time-limit.ts'
import { type Message, TOPICS, type Topic } from './topics.ts'

/**
 * Messages between the apps of one deployment: to all others, or to one. In order per sender, at most once. What
 * must not get lost is in the database; a message only spares its reader the wait.
 */
export interface Bus {
  readonly appId: string
  /** Hands a message to the other apps, or to the app named. The sender itself never gets it. */
  publish<T extends Topic>(topic: T, message: Message<T>, to?: string): void
  on<T extends Topic>(topic: T, handler: (message: Message<T>) => void): void
  /**
   * Messages may have been lost, so that caches which they keep up to date must be loaded again. `lasting` while no
   * message can arrive: the handler is then called every second.
   */
  onGap(handler: (gap: { lasting: boolean }) => void): void
  /** Resolves when what was published so far has left, or cannot leave for a while. */
  flush(): Promise<void>
  close(): Promise<void>
}

export interface Parcel {
  /** The app that it is for; null for all. */
  to: string | null
  text: string
}

/** The transport of messages: NOTIFY or Redis. */
export interface Carrier {
  /** @throws when they could not be handed over; they are then sent again. */
  send(parcels: readonly Parcel[]): Promise<void>
  close(): Promise<void>
}

export interface CarrierEvents {
  receive(text: string): void
  /** Something may have been missed, and no more will be. */
  gap(): void
  /** No message can arrive at the moment; the carrier calls this every second. */
  disconnected(): void
}

const Envelope = z.object({ from: z.string(), n: z.number(), topic: z.string(), message: z.unknown() })

interface BusOptions {
  appId: string
  open(events: CarrierEvents): Promise<Carrier>
  /** The most bytes that parcels may wait with; one parcel alone may be larger. */
  outboxBytes?: number
  log: { warn(details: object, message: string): void }
}

/** Parcels that may wait while the carrier is away; the oldest give way. */
const MAX_OUTBOX = 10_000
const MAX_OUTBOX_BYTES = 256 * 1024 * 1024
const MAX_BATCH = 100
const RETRY_MS = 250
/** Somebody who leaves does not wait for a carrier that is away. */
const LAST_WORDS_MS = 1000

export async function createBus({ appId, open, outboxBytes = MAX_OUTBOX_BYTES, log }: BusOptions): Promise<Bus> {
  const handlers = new Map<Topic, ((message: unknown) => void)[]>()
  const gapHandlers: ((gap: { lasting: boolean }) => void)[] = []
  let outbox: Parcel[] = []
  let waitingBytes = 0
  let sending: Promise<void> | undefined
  let closed = false
  let count = 0

  const receive = (text: string): void => {
    const envelope = Envelope.safeParse(parseJson(text))
    if (!envelope.success || envelope.data.from === appId) return
    const { topic, message } = envelope.data
    // A newer app may know more topics.
    if (!isTopic(topic)) return
    const parsed = TOPICS[topic].safeParse(message)
    if (!parsed.success) {
      log.warn({ topic }, 'a message of another app could not be parsed')
      return
    }
    for (const handle of handlers.get(topic) ?? []) handle(parsed.data)
  }

  const tellGap = (gap: { lasting: boolean }): void => {
    for (const handle of gapHandlers) handle(gap)
  }

  const carrier = await open({
    receive,
    gap: () => tellGap({ lasting: false }),
    disconnected: () => tellGap({ lasting: true }),
  })

  const sendAll = async (): Promise<void> => {
    while (outbox.length > 0) {
      const batch = outbox.slice(0, MAX_BATCH)
      try {
        await carrier.send(batch)
        outbox = outbox.filter((parcel) => !batch.includes(parcel))
        waitingBytes = outbox.reduce((sum, { text }) => sum + text.length, 0)
      } catch (error) {
        if (closed) return
        log.warn({ err: error }, 'messages to other apps are delayed')
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      }
    }
  }

  return {
    appId,
    publish(topic, message, to) {
      if (closed || to === appId) return
      count++
      // The number sets messages apart that say the same.
      const text = JSON.stringify({ from: appId, n: count, topic, message })
      outbox.push({ to: to ?? null, text })
      waitingBytes += text.length
      while (outbox.length > MAX_OUTBOX || (waitingBytes > outboxBytes && outbox.length > 1))
        waitingBytes -= outbox.shift()?.text.length ?? 0
      sending ??= Promise.resolve()
        .then(sendAll)
        .finally(() => {
          sending = undefined
        })
    },
    on(topic, handler) {
      const list = handlers.get(topic) ?? []
      list.push((message) => {
        const parsed = TOPICS[topic].safeParse(message)
        if (parsed.success) handler(parsed.data as Message<typeof topic>)
      })
      handlers.set(topic, list)
    },
    onGap: (handler) => {
      gapHandlers.push(handler)
    },
    async flush() {
      await waitAtMost(sending, LAST_WORDS_MS)
    },
    async close() {
      closed = true
      await waitAtMost(sending, LAST_WORDS_MS)
      await carrier.close()
    },
  }
}

const isTopic = (topic: string): topic is Topic => Object.hasOwn(TOPICS, topic)
