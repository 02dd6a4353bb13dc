/** The statuses of a run, without the schema, for what must stay small. */
export const RUN_STATUSES = [
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'SUCCEEDED',
  'FAILED',
  'INTERNAL_ERROR',
  'QUOTA_EXCEEDED',
  'MEMORY_LIMIT_EXCEEDED',
  'TIMEOUT',
  'CANCELED',
  'LOG_SIZE_EXCEEDED',
] as const
type RunStatus = (typeof RUN_STATUSES)[number]

const LIVE: ReadonlySet<RunStatus> = new Set(['QUEUED', 'RUNNING', 'PAUSED'])

/** Whether a run in this status never changes its status by itself. */
export const isTerminal = (status: RunStatus): boolean => !LIVE.has(status)

/** The ends without success that nobody asked for. */
export const FAILURES = [
  'FAILED',
  'INTERNAL_ERROR',
  'QUOTA_EXCEEDED',
  'MEMORY_LIMIT_EXCEEDED',
  'TIMEOUT',
  'LOG_SIZE_EXCEEDED',
] as const satisfies readonly RunStatus[]

const failures: ReadonlySet<RunStatus> = new Set(FAILURES)

/** Whether a run ended without success, and nobody canceled it. */
export const isFailure = (status: RunStatus): boolean => failures.has(status)
