import { isFailure, RUN_STATUSES } from '@piecework/model/run/run-statuses'
import type { RunStatus } from '../api/runs.ts'

export interface DayTotals {
  /** yyyy-mm-dd; the first one where the column is of several. */
  day: string
  total: number
  succeeded: number
  failed: number
  /** Not over yet, or canceled. */
  other: number
}

/** The runs of a day in the three groups that the chart shows. */
export function totalsOf({ day, counts }: { day: string; counts: Partial<Record<RunStatus, number>> }): DayTotals {
  const result = { day, total: 0, succeeded: 0, failed: 0, other: 0 }
  for (const status of RUN_STATUSES) {
    const count = counts[status] ?? 0
    result.total += count
    if (status === 'SUCCEEDED') result.succeeded += count
    else if (isFailure(status)) result.failed += count
    else result.other += count
  }
  return result
}

/** The smallest round number that is not below the value: 1, 2 or 5 with zeros, or 10 at least. */
export function ceiling(value: number): number {
  if (value <= 10) return 10
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}
