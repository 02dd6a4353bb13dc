import { newId } from '@piecework/model/ids'
import type { Actor } from '../access/actor.ts'
import type { Db } from '../database/open.ts'
import type { DurableEventName, DurableEvents } from '../events/table.ts'
import { insertEvents, type WaitingEvent } from './store.ts'
import type { StoredEvent } from './stored-event.ts'
import type { Subscriber } from './subscriber.ts'

/** Who did it, and in which project, if in one. */
export type EventActor = Pick<Actor, 'principal' | 'platformId' | 'userId' | 'ip'> & { projectId?: string }

/**
 * Says what happens in a transaction; it is stored with it.
 * @param id of the event, where the same event may be recorded twice; else it gets one
 */
export type RecordEvent = <N extends DurableEventName>(
  actor: EventActor,
  name: N,
  data: DurableEvents[N],
  id?: string,
) => void

/**
 * Events that somebody outside of the process needs are written in the transaction of the change, and delivered after
 * it: no crash comes between the two.
 */
export interface Outbox {
  /** Whether anybody wants events of this name. */
  wants(name: DurableEventName): boolean
  /** Makes a change, and stores its events in the same transaction. */
  transaction<T>(work: (trx: Db, recordEvent: RecordEvent) => Promise<T>): Promise<T>
  /** Everybody who gets events, from now on. */
  subscribe(subscribers: readonly Subscriber[]): void
  /** Hears that events were stored. */
  onStored(listener: () => void): void
}

export function createOutbox(db: Db): Outbox {
  let subscribers: readonly Subscriber[] = []
  let onStored = (): void => {}
  let latest = 0

  /** Ids are ordered by their times, so the events of one transaction keep their order. */
  const nextId = (): string => {
    latest = Math.max(latest + 1, Date.now())
    return newId(latest)
  }

  const rowsOf = (...[actor, name, data, id = nextId()]: Parameters<RecordEvent>): WaitingEvent[] => {
    const wanting = subscribers.filter((subscriber) => subscriber.wants(name))
    if (wanting.length === 0) return []
    const { principal, platformId, projectId, userId, ip } = actor
    const stored: StoredEvent = {
      actor: { type: principal.type, id: principal.id },
      platformId,
      ...(projectId === undefined ? {} : { projectId }),
      ...(userId === null ? {} : { userId }),
      ...(ip === null ? {} : { ip }),
      data,
    }
    const event = JSON.stringify(stored)
    return wanting.map((subscriber) => ({ id, subscriber: subscriber.name, name, event }))
  }

  return {
    wants: (name) => subscribers.some((subscriber) => subscriber.wants(name)),

    async transaction(work) {
      const rows: WaitingEvent[] = []
      const result = await db.transaction().execute(async (trx) => {
        const done = await work(trx, (...event) => rows.push(...rowsOf(...event)))
        await insertEvents(trx, rows)
        return done
      })
      if (rows.length > 0) onStored()
      return result
    },

    subscribe(all) {
      subscribers = all
    },

    onStored(listener) {
      onStored = listener
    },
  }
}
