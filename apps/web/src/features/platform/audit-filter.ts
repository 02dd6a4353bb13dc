import { DomainEventName } from '@piecework/model/events/domain-event'
import type { AuditFilter } from '../../api/administration.ts'
import { AUDIT_PERIODS, type AuditSearch } from './audit-search.ts'

const DAY_MS = 86_400_000

/** The filters of the address, as the API takes them. @param now in milliseconds, to the minute, so that it is stable */
export function auditFilterOf({ action, project, person, ip, since }: AuditSearch, now: number): AuditFilter {
  const known = DomainEventName.options.filter((name) => action?.includes(name))
  return {
    ...(known.length > 0 && { action: known }),
    ...(project && { projectId: project }),
    ...(person && { userId: person }),
    ...(ip && { ip }),
    ...(since && { createdAfter: new Date(now - AUDIT_PERIODS[since] * DAY_MS).toISOString() }),
  }
}
