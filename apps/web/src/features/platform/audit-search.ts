/** Since when, in days. */
export const AUDIT_PERIODS = { day: 1, week: 7, month: 30 } as const
export type AuditPeriod = keyof typeof AUDIT_PERIODS
export const AUDIT_PERIOD_NAMES = ['day', 'week', 'month'] as const satisfies readonly AuditPeriod[]

/** The filters of the audit log, as its address has them. The schema of events is not loaded to read an address. */
export interface AuditSearch {
  /** Names of events; unknown ones are left out of the question to the API. */
  action?: string[]
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
  const [action, project, pages] = [texts(search.action), texts(search.project), texts(search.pages)]
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

export const isNarrowed = ({ pages: _, ...filters }: AuditSearch): boolean =>
  Object.values(filters).some((value) => value !== undefined)
