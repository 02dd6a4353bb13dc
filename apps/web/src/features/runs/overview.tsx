import { FAILURES } from '@piecework/model/run/run-statuses'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { failuresQuery, runCountsQuery, runDaysQuery } from '../../api/runs.ts'
import { useProjectId } from '../../api/session.ts'
import { DayChart } from '../../app/day-chart.tsx'
import { type DayTotals, totalsOf } from '../../app/day-totals.ts'
import { number, percent, relativeTime } from '../../app/format.ts'
import { RUN_LOOKS } from '../../app/run-status.tsx'
import { cx } from '../../ui/cx.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'

export const OVERVIEW_DAYS = 7
/** The flows with the most failures that the overview names. */
const MOST_FAILURES = 3

const NOW_LOOKS = ['RUNNING', 'QUEUED', 'PAUSED'] as const

/** The last days at a glance: how many runs, how many failed and where, and what goes on now. */
export const RunsOverview = memo(function RunsOverview() {
  const { t } = useTranslation('runs')
  const projectId = useProjectId()
  const days = useQuery(runDaysQuery(projectId, OVERVIEW_DAYS))
  const totals = useMemo(() => days.data?.map(totalsOf), [days.data])
  return (
    <section
      aria-label={t('overview.title')}
      className="grid min-h-42 grid-cols-[14rem_minmax(0,1fr)_16.5rem] rounded-md border border-line-2 bg-raised max-lg:grid-cols-[14rem_minmax(0,1fr)] max-sm:grid-cols-1"
    >
      <Summary days={totals} onRetry={days.isError ? () => void days.refetch() : undefined} />
      <div className="border-line-1 px-3 pt-3 pb-2 sm:border-l">
        {totals ? <DayChart days={totals} /> : !days.isError && <Skeleton className="h-full min-h-34" />}
      </div>
      <Now />
    </section>
  )
})

interface SummaryProps {
  days: readonly DayTotals[] | undefined
  /** There when they could not be loaded. */
  onRetry: (() => void) | undefined
}

function Summary({ days, onRetry }: SummaryProps) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const since = useMemo(() => startOfFirstDay(), [])
  const { data: failures = [] } = useQuery(failuresQuery(projectId, since))
  const all = days?.reduce((sum, day) => sum + day.total, 0) ?? 0
  const more = failures.length - MOST_FAILURES
  const failed = days?.reduce((sum, day) => sum + day.failed, 0) ?? 0
  return (
    <div className="flex flex-col gap-1 p-4">
      <h2 className="text-xs text-ink-2">{t('overview.lastDays', { count: OVERVIEW_DAYS })}</h2>
      {days ? (
        <p className="text-xl tabular-nums">{t('overview.runs', { count: all, shown: number(all) })}</p>
      ) : onRetry ? (
        <p className="text-sm text-ink-2">
          {common('error.loadTitle')}.{' '}
          <button type="button" className={TEXT_LINK} onClick={onRetry}>
            {common('retry')}
          </button>
        </p>
      ) : (
        <Skeleton className="my-2 w-28" />
      )}
      {days && all > 0 && (
        <p className="text-sm text-ink-2">
          {t('overview.failed', { count: failed, shown: number(failed), percent: percent(failed / all) })}
        </p>
      )}
      {failures.length > 0 && (
        <ul aria-label={t('overview.failures')} className="mt-auto flex flex-col gap-1 pt-3 text-sm text-ink-2">
          {failures.slice(0, MOST_FAILURES).map(({ flowId, displayName, count, first }) => (
            <li key={flowId}>
              <Link
                to="/runs"
                search={{ flow: [flowId], status: [...FAILURES] }}
                className={cx(TEXT_LINK, 'block max-w-full truncate')}
              >
                {displayName ?? t('deletedFlow')}
              </Link>
              <span>{t('overview.times', { count, shown: number(count), since: relativeTime(first) })}</span>
            </li>
          ))}
          {failures.length > MOST_FAILURES && (
            <li>
              <Link to="/issues" className={TEXT_LINK}>
                {t('overview.more', { count: more, shown: number(more) })}
              </Link>
            </li>
          )}
        </ul>
      )}
    </div>
  )
}

function Now() {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const { data } = useQuery(runCountsQuery(projectId))
  return (
    <div className="border-line-1 p-4 max-lg:col-span-full max-lg:border-t lg:border-l">
      <h2 className="mb-2 text-xs text-ink-2">{t('overview.now')}</h2>
      <ul className="flex flex-col gap-2 max-lg:flex-row max-lg:flex-wrap max-lg:gap-x-6">
        {NOW_LOOKS.map((status) => {
          const { icon: Icon, tone } = RUN_LOOKS[status]
          const count = data?.find((entry) => entry.status === status)?.count ?? 0
          return (
            <li key={status} className="flex items-center gap-2 text-sm">
              <Icon
                aria-hidden
                size={16}
                strokeWidth={1.5}
                className={cx(
                  tone === 'running' ? 'text-running-fg' : tone === 'paused' ? 'text-paused-fg' : 'text-skipped-fg',
                )}
              />
              <Link to="/runs" search={{ status: [status] }} className="rounded-xs hover:underline">
                {common(`runStatus.${status}`)}
              </Link>
              <span className="ml-auto font-strong tabular-nums max-lg:ml-0">{data ? number(count) : '–'}</span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function startOfFirstDay(): string {
  const day = new Date()
  day.setHours(0, 0, 0, 0)
  day.setDate(day.getDate() - OVERVIEW_DAYS + 1)
  return day.toISOString()
}
