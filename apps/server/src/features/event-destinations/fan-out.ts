import type { DomainEvent } from '@piecework/model/events/domain-event'
import { newId } from '@piecework/model/ids'
import type { Db } from '../../database/open.ts'
import type { Subscriber } from '../../outbox/subscriber.ts'
import { ownFlowOf } from './address.ts'
import { RETRY_MS } from './deliver.ts'
import { insertDeliveries } from './delivery-store.ts'
import { payloadOf } from './payload.ts'
import { type Receiver, selectReceivers } from './store.ts'
import type { Wanted } from './wanted.ts'

interface Parts {
  db: Db
  wanted: Wanted
  /** Our own address: AP_FRONTEND_URL. */
  publicUrl: string
  /** Deliveries wait. */
  onStored(): void
}

/** Makes a delivery of each event of the outbox for each receiver that wants it. */
export function createFanOut({ db, wanted, publicUrl, onStored }: Parts): Subscriber {
  const ownHost = new URL(publicUrl).host
  return {
    name: 'event-destinations',
    wants: (name) => wanted.has(name),
    async deliver(all) {
      const receivers = await selectReceivers(db, [...new Set(all.map(({ platformId }) => platformId))])
      const retryUntil = new Date(Date.now() + RETRY_MS)
      const rows = all.flatMap((event) =>
        receivers
          .filter((receiver) => gets(receiver, event, ownHost))
          .flatMap(({ id, kind, projectId }) => {
            const text = projectId === null || projectId === event.projectId ? payloadOf(kind, event) : undefined
            const ids = { id: newId(), destinationId: id, eventId: event.id }
            return text === undefined ? [] : [{ ...ids, action: event.action, retryUntil, event: text }]
          }),
      )
      await insertDeliveries(db, rows)
      if (rows.length > 0) onStored()
    },
  }
}

/** A flow that takes events hears nothing of its own runs: each would start the next one. */
function gets(receiver: Receiver, event: DomainEvent, ownHost: string): boolean {
  if (receiver.platformId !== event.platformId || !receiver.events.includes(event.action)) return false
  const flowId = ownFlowOf(new URL(receiver.url), ownHost)
  return flowId === undefined || flowId !== flowOf(event)
}

function flowOf({ data }: DomainEvent): unknown {
  const run = data.flowRun
  return typeof run === 'object' && run !== null && 'flowId' in run ? run.flowId : undefined
}
