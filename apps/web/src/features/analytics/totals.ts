import type { AnalyticsReport } from '../../api/analytics.ts'
import type { ChartUnit } from '../../app/day-chart.tsx'
import type { DayTotals } from '../../app/day-totals.ts'

/** The runs of a project, a person, or all of them. */
export interface Totals {
  id: string
  name: string
  runs: number
  failed: number
  activeFlows: number
  /** Null where no flow says how much time a run saves. */
  minutesSaved: number | null
}

/** Flows that are counted; nothing chosen means all. */
export interface Choice {
  projects: readonly string[]
  people: readonly string[]
}

/** The part of a report that is about some projects and people. */
export function narrowed(report: AnalyticsReport, { projects, people }: Choice): AnalyticsReport {
  if (projects.length === 0 && people.length === 0) return report
  const flows = report.flows.filter(
    ({ projectId, ownerId }) =>
      (projects.length === 0 || projects.includes(projectId)) &&
      (people.length === 0 || (ownerId !== null && people.includes(ownerId))),
  )
  const ids = new Set(flows.map(({ flowId }) => flowId))
  return { ...report, flows, runs: report.runs.filter(({ flowId }) => ids.has(flowId)) }
}

type Flow = AnalyticsReport['flows'][number]

/** Totals by what a flow belongs to, most runs first. @param keyOf the id and the name; flows without one are left out */
export function totalsBy(
  { runs, flows }: AnalyticsReport,
  keyOf: (flow: Flow) => { id: string; name: string } | undefined,
): Totals[] {
  const counts = new Map<string, { runs: number; failed: number }>()
  for (const { flowId, runs: count, failed } of runs) {
    const known = counts.get(flowId) ?? { runs: 0, failed: 0 }
    counts.set(flowId, { runs: known.runs + count, failed: known.failed + failed })
  }
  const totals = new Map<string, Totals>()
  for (const flow of flows) {
    const key = keyOf(flow)
    if (!key) continue
    const total = totals.get(key.id) ?? { ...key, runs: 0, failed: 0, activeFlows: 0, minutesSaved: null }
    const count = counts.get(flow.flowId) ?? { runs: 0, failed: 0 }
    total.runs += count.runs
    total.failed += count.failed
    total.activeFlows += flow.status === 'ENABLED' ? 1 : 0
    if (flow.timeSavedPerRun !== null)
      total.minutesSaved = (total.minutesSaved ?? 0) + flow.timeSavedPerRun * count.runs
    totals.set(key.id, total)
  }
  return [...totals.values()].sort((one, other) => other.runs - one.runs)
}

const DAY_MS = 24 * 3_600_000
const MOST_DAYS = 31
const MOST_WEEKS = 27

/** The columns of the chart, each of a day, a week or a month, without gaps. @param first and last: yyyy-mm-dd */
export function columnsOf(
  runs: AnalyticsReport['runs'],
  first: string,
  last: string,
): { unit: ChartUnit; columns: DayTotals[] } {
  const begin = Date.parse(first)
  const days = Math.max(1, Math.round((Date.parse(last) - begin) / DAY_MS) + 1)
  const unit = days <= MOST_DAYS ? 'day' : days <= MOST_WEEKS * 7 ? 'week' : 'month'
  const columnOf = (day: string): string => {
    if (unit === 'day') return day
    if (unit === 'month') return `${day.slice(0, 7)}-01`
    const weeks = Math.floor((Date.parse(day) - begin) / (7 * DAY_MS))
    return new Date(begin + weeks * 7 * DAY_MS).toISOString().slice(0, 10)
  }
  const columns = new Map<string, DayTotals>()
  for (let day = 0; day < days; day++) {
    const column = columnOf(new Date(begin + day * DAY_MS).toISOString().slice(0, 10))
    if (!columns.has(column)) columns.set(column, { day: column, total: 0, succeeded: 0, failed: 0, other: 0 })
  }
  for (const { day, runs: total, succeeded, failed } of runs) {
    const column = columns.get(columnOf(day))
    if (!column) continue
    column.total += total
    column.succeeded += succeeded
    column.failed += failed
    column.other += total - succeeded - failed
  }
  return { unit, columns: [...columns.values()] }
}
