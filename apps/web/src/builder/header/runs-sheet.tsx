import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { runsQuery } from '../../api/runs.ts'
import { relativeTime } from '../../app/format.ts'
import { usePollWhileCut } from '../../app/live.ts'
import { Loaded } from '../../app/query-state.tsx'
import { useRunRefresh } from '../../app/run-refresh.ts'
import { RunStatusMark } from '../../app/run-status.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'

const SHOWN = 50
const STALE_WITH_RUNS = [['runs', 'list']] as const

/** The last runs of the flow; each can be laid over the canvas. */
export function RunsSheet({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const id = useBuilder((state) => state.flow.id)
  const projectId = useBuilder((state) => state.flow.projectId)
  const poll = usePollWhileCut(5000)
  useRunRefresh(STALE_WITH_RUNS)
  const query = useQuery({ ...runsQuery({ projectId, flowId: [id], limit: SHOWN }, poll), enabled: open, staleTime: 0 })
  return (
    <Dialog open={open} onClose={onClose} shape="sheet" title={t('runs.title')}>
      <Loaded query={query} skeleton={<Skeleton className="h-10" />}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="text-sm text-ink-2">{t('runs.none')}</p>
          ) : (
            <ul className="flex flex-col">
              {data.map((run) => (
                <li key={run.id}>
                  <button
                    type="button"
                    onClick={() => {
                      builder.show({ run: run.id })
                      onClose()
                    }}
                    className="flex h-10 w-full items-center gap-2 rounded-sm px-2 text-left text-sm hover:bg-hover"
                  >
                    <RunStatusMark status={run.status} />
                    {run.environment === 'TESTING' && <Badge>{t('runs.test')}</Badge>}
                    <span className="ml-auto text-xs text-ink-3">{relativeTime(run.created)}</span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Dialog>
  )
}
