import { type DomainEvent, EVENT_DATA } from '@piecework/model/events/domain-event'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Db } from '../../database/open.ts'
import type { Encryption } from '../../encryption.ts'
import type { Outbound } from '../../http/outbound.ts'
import type { Subscriber } from '../../outbox/subscriber.ts'
import { sendEvent } from '../event-destinations/send.ts'
import { alertMail } from '../mail/templates.ts'
import { type MailTransport, RefusedMail } from '../mail/transport.ts'
import { selectPlatform } from '../platforms/store.ts'
import { type AlertReceiver, selectReceivers } from './store.ts'

const REMEMBERED = 10_000
const ANSWER_MS = 10_000

interface Parts {
  db: Db
  encryption: Encryption
  outbound: Outbound
  /** Undefined where no mail server is set. */
  transport: MailTransport | undefined
  log: Logger
}

/** Brings alerts to their receivers: each gets one at least once, and a receiver that is down holds up no other. */
export function createAlertDelivery({ db, encryption, outbound, transport, log }: Parts): Subscriber {
  const sent = new LRUCache<string, true>({ max: REMEMBERED })

  const sendMail = async (event: DomainEvent, receiver: string): Promise<void> => {
    const brand = transport && (await selectPlatform(db, event.platformId))
    if (!transport || !brand) return
    const { alert } = EVENT_DATA['alert.raised'].parse(event.data)
    const project = event.projectDisplayName ?? ''
    try {
      await transport.send(alertMail({ to: receiver, brand, project, ...alert }))
    } catch (err) {
      if (!(err instanceof RefusedMail)) throw err
      log.warn({ err, eventId: event.id }, 'the mail server refused an alert, and it is not sent again')
    }
  }

  const call = async (event: DomainEvent, { receiver, secret }: AlertReceiver, signal: AbortSignal): Promise<void> => {
    const { id, created, projectId, projectDisplayName, data } = event
    const { alert } = EVENT_DATA['alert.raised'].parse(data)
    const body = JSON.stringify({ type: 'alert.raised', id, created, projectId, projectDisplayName, ...alert })
    const key = z.string().parse(secret && encryption.decrypt(secret))
    const message = { url: receiver, id, body, secret: key, headers: {}, timeoutMs: ANSWER_MS, signal }
    const { error } = await sendEvent(outbound, message)
    if (error !== null) throw new Error(`${new URL(receiver).host}: ${error}`)
  }

  const bring = async (event: DomainEvent, receiver: AlertReceiver, signal: AbortSignal): Promise<void> => {
    const key = `${event.id} ${receiver.id}`
    if (sent.has(key)) return
    if (receiver.channel === 'EMAIL') await sendMail(event, receiver.receiver)
    else await call(event, receiver, signal)
    sent.set(key, true)
  }

  return {
    name: 'alerts',
    wants: (name) => name === 'alert.raised',
    async deliver(events, signal) {
      for (const event of events) {
        // Those that are left come again, each alone.
        signal.throwIfAborted()
        const receivers = event.projectId === undefined ? [] : await selectReceivers(db, event.projectId)
        const ends = await Promise.allSettled(receivers.map((receiver) => bring(event, receiver, signal)))
        const failed = ends.find((end) => end.status === 'rejected')
        if (failed) throw failed.reason
      }
    },
  }
}
