import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Run } from '../../api/runs.ts'
import { duration, relativeTime } from '../../app/format.ts'
import { RunStatusMark } from '../../app/run-status.tsx'
import { failureOf, tookOf } from './run-words.ts'

interface RunsListProps {
  label: string
  runs: readonly Run[]
  now: number
}

/** Runs where there is no room for a table: on a phone, and within the page of a run. */
export function RunsList({ label, runs, now }: RunsListProps) {
  const { t } = useTranslation('runs')
  return (
    <ul aria-label={label} className="divide-y divide-line-1 rounded-md border border-line-2 bg-raised">
      {runs.map((run) => {
        const took = tookOf(run, now)
        return (
          <li key={run.id}>
            <Link
              to="/runs/$runId"
              params={{ runId: run.id }}
              className="flex min-h-16 items-center gap-2 px-3 py-2 focus-visible:-outline-offset-2"
            >
              <span className="min-w-0 flex-1">
                <span className="flex items-center gap-2">
                  <span className="min-w-0 flex-1 truncate font-medium">
                    {run.flowVersion?.displayName ?? t('deletedFlow')}
                  </span>
                  <span className="text-xs text-ink-3">{relativeTime(run.startTime ?? run.created, now)}</span>
                </span>
                <span className="flex items-center gap-2 text-sm">
                  <RunStatusMark status={run.status} />
                  {took !== undefined && <span className="text-ink-3">{duration(took)}</span>}
                </span>
                {failureOf(run) && <span className="block truncate text-xs text-failed-fg">{failureOf(run)}</span>}
              </span>
              <ChevronRight aria-hidden size={16} className="shrink-0 text-ink-3" />
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
