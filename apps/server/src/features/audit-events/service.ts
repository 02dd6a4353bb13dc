import { DomainEvent } from '@piecework/model/events/domain-event'
import type { SeekPage } from '@piecework/model/page'
import type { Actor, SystemPrincipal } from '../../access/actor.ts'
import type { Db } from '../../database/open.ts'
import type { PageRequest } from '../../database/pagination.ts'
import { readable } from '../../database/readable.ts'
import type { Subscriber } from '../../outbox/subscriber.ts'
import { auditEventPolicy } from '../../policies/audit-event.ts'
import { authorize } from '../../policies/policy.ts'
import { type AuditFilter, type AuditRow, deleteOldAuditEvents, insertAuditEvents, pageAuditEvents } from './store.ts'

/** The events of a platform, for its administrators. */
export interface AuditEvents {
  list(actor: Actor, filter: AuditFilter, page: PageRequest): Promise<SeekPage<DomainEvent>>
  /** The newest events of the filter, page by page, up to a bound. */
  export(actor: Actor, filter: AuditFilter): AsyncIterable<DomainEvent[]>
  /** Writes down what the outbox delivers. */
  trail: Subscriber
  /** Removes what is older than its retention, on every platform. @returns how many events went. */
  purge(_task: SystemPrincipal, now: Date): Promise<number>
}

interface Parts {
  db: Db
  retentionDays: number
  /** Starts and ends of runs are written down, too. */
  withRuns: boolean
}

/** An event that cannot be read is shown with nothing in it. */
const DAMAGED = { actor: { type: 'SYSTEM' as const, id: '' }, data: {} }
const DAY_MS = 24 * 3_600_000
const BATCH = 1000
/** An export has so many events at most. */
const MOST_EXPORTED = 100_000

export function createAuditEvents({ db, retentionDays, withRuns }: Parts): AuditEvents {
  return {
    async list(actor, filter, page) {
      authorize(actor, auditEventPolicy.read)
      const found = await pageAuditEvents(db, actor.platformId, filter, page)
      return { ...found, data: found.data.map(present) }
    },

    export(actor, filter) {
      authorize(actor, auditEventPolicy.read)
      const load = (cursor: string | undefined) =>
        pageAuditEvents(db, actor.platformId, filter, { cursor, limit: BATCH })
      return (async function* () {
        let cursor: string | undefined
        for (let count = 0; count < MOST_EXPORTED; count += BATCH) {
          const page = await load(cursor)
          yield page.data.map(present)
          if (page.next === null) return
          cursor = page.next
        }
      })()
    },

    trail: {
      name: 'audit-events',
      // Answers of people are for who asked them.
      wants: (name) => name !== 'form.submitted' && (withRuns || !name.startsWith('flow.run.')),
      deliver: (events) => insertAuditEvents(db, events),
    },

    async purge(_task, now) {
      const before = new Date(now.getTime() - retentionDays * DAY_MS)
      let purged = 0
      for (;;) {
        const count = await deleteOldAuditEvents(db, before, BATCH)
        purged += count
        if (count < BATCH) return purged
      }
    },
  }
}

/** Leaves out fields that are empty. */
function present({
  actor,
  data,
  projectId,
  projectDisplayName,
  userId,
  userEmail,
  ip,
  ...event
}: AuditRow): DomainEvent {
  return {
    ...event,
    actor: readable(DomainEvent.shape.actor, actor, DAMAGED.actor),
    data: readable(DomainEvent.shape.data, data, DAMAGED.data),
    ...(projectId === null ? {} : { projectId }),
    ...(projectDisplayName === null ? {} : { projectDisplayName }),
    ...(userId === null ? {} : { userId }),
    ...(userEmail === null ? {} : { userEmail }),
    ...(ip === null ? {} : { ip }),
  }
}
