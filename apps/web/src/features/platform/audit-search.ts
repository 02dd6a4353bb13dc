import { DomainEventName } from '@piecework/model/events/domain-event'
import type { AuditFilter } from '../../api/administration.ts'

/** Since when, in days. */
export const AUDIT_PERIODS = { day: 1, week: 7, month: 30 } as const
export type AuditPeriod = keyof typeof AUDIT_PERIODS
export const AUDIT_PERIOD_NAMES = ['day', 'week', 'month'] as const satisfies readonly AuditPeriod[]

const DAY_MS = 86_400_000

/** The filters of the audit log, as its address has them. */
export interface AuditSearch {
  action?: DomainEventName[]
  project?: string[]
  person?: string
  ip?: string
  since?: AuditPeriod
  /** The pages before this one, and this one, as cursors. */
  pages?: string[]
}

/** Nothing is left out. */
export const NO_AUDIT_FILTERS = {
  action: undefined,
  project: undefined,
  person: undefined,
  ip: undefined,
  since: undefined,
  pages: undefined,
} as const

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string' && item !== '')

/** Reads the address; what it does not know of is left out. */
export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const action = texts(search.action).flatMap((name) => DomainEventName.options.find((known) => known === name) ?? [])
  const [project, pages] = [texts(search.project), texts(search.pages)]
  const [person] = texts(search.person)
  const [ip] = texts(search.ip)
  const since = AUDIT_PERIOD_NAMES.find((name) => name === search.since)
  return {
    ...(action.length > 0 && { action }),
    ...(project.length > 0 && { project }),
    ...(person && { person }),
    ...(ip && { ip }),
    ...(since && { since }),
    ...(pages.length > 0 && { pages }),
  }
}

/** The filters of the address, as the API takes them. @param now in milliseconds, to the minute, so that it is stable */
export function auditFilterOf({ action, project, person, ip, since }: AuditSearch, now: number): AuditFilter {
  return {
    ...(action && { action }),
    ...(project && { projectId: project }),
    ...(person && { userId: person }),
    ...(ip && { ip }),
    ...(since && { createdAfter: new Date(now - AUDIT_PERIODS[since] * DAY_MS).toISOString() }),
  }
}

export const isNarrowed = ({ pages: _, ...filters }: AuditSearch): boolean =>
  Object.values(filters).some((value) => value !== undefined)
