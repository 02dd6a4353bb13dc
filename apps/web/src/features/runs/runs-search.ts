import { RUN_STATUSES } from '@piecework/model/run/run-statuses'
import type { RunFilters, RunStatus } from '../../api/runs.ts'

/** Since when, as people ask for it. */
export const PERIODS = { hour: 3600, day: 86_400, week: 604_800, month: 2_592_000 } as const
export type Period = keyof typeof PERIODS
export const PERIOD_NAMES = ['hour', 'day', 'week', 'month'] as const satisfies readonly Period[]

export const PAGE_SIZES = [25, 50, 100] as const

/** The filters of the runs page, as its address has them. */
export interface RunsSearch {
  flow?: string[]
  status?: RunStatus[]
  since?: Period
  /** The name of the step that failed. */
  step?: string
  archived?: boolean
  /** The pages before this one, and this one, as cursors. */
  pages?: string[]
  size?: number
}

const texts = (value: unknown): string[] | undefined => {
  const list = (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string' && item !== '')
  return list.length > 0 ? list.map(String) : undefined
}

/** Reads the address; what it does not know of is left out. */
export function parseRunsSearch(search: Record<string, unknown>): RunsSearch {
  const status = texts(search.status)?.flatMap((name) => RUN_STATUSES.find((known) => known === name) ?? [])
  const since = PERIOD_NAMES.find((name) => name === search.since)
  const size = PAGE_SIZES.find((known) => known === Number(search.size))
  const flow = texts(search.flow)
  const pages = texts(search.pages)
  return {
    ...(flow && { flow }),
    ...(status?.length && { status }),
    ...(since && { since }),
    ...(typeof search.step === 'string' && search.step !== '' && { step: search.step }),
    ...(search.archived === true && { archived: true }),
    ...(pages && { pages }),
    ...(size && { size }),
  }
}

/** The filters of the address, as the API takes them. @param now in milliseconds, to the minute, so that it is stable */
export function filtersOf({ flow, status, since, step }: RunsSearch, now: number): RunFilters {
  return {
    ...(flow && { flowId: flow }),
    ...(status && { status }),
    ...(step && { failedStepName: step }),
    ...(since && { createdAfter: new Date(now - PERIODS[since] * 1000).toISOString() }),
  }
}

export const hasFilters = ({ flow, status, since, step }: RunsSearch): boolean =>
  Boolean(flow || status || since || step)
