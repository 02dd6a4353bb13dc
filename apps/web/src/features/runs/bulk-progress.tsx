import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { type BulkAct, bulkActsQuery } from '../../api/runs.ts'
import { useProjectId } from '../../api/session.ts'
import { number } from '../../app/format.ts'
import { useLive, usePollWhileCut } from '../../app/live.ts'
import { useRefusal } from '../../app/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { FLOAT } from '../../ui/menu-styles.ts'
import { Spinner } from '../../ui/spinner.tsx'

/** The acts on many runs that go on, and those that have ended since the page opened. */
export function BulkProgress() {
  const { t } = useTranslation('runs')
  const projectId = useProjectId()
  const queries = useQueryClient()
  const query = bulkActsQuery(projectId, usePollWhileCut(3000))
  const { data = [] } = useQuery(query)
  const [opened] = useState(Date.now)
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  useLive('BULK_PROGRESS', (act) => {
    queries.setQueryData(query.queryKey, (known = []) => [act, ...known.filter(({ id }) => id !== act.id)])
    if (act.status !== 'RUNNING') void queries.invalidateQueries({ queryKey: ['runs'] })
  })
  const refusal = useRefusal('WRITE_RUN')
  const stop = useMutation({ mutationFn: (id: string) => client.bulkActs.cancel({ params: { id } }) })
  const shown = data.filter(
    (act) => !closed.has(act.id) && (act.status === 'RUNNING' || Date.parse(act.created) > opened - 5000),
  )
  if (shown.length === 0) return null
  return (
    <aside
      aria-label={t('bulk.title')}
      className="fixed right-6 bottom-6 z-30 flex w-92 max-w-[calc(100vw-24px)] flex-col gap-2 max-sm:right-3 max-sm:bottom-3"
    >
      {shown.map((act) => (
        <section key={act.id} className={cx(FLOAT, 'flex flex-col gap-2.5 p-3.5 text-sm')}>
          <div className="flex items-center gap-2">
            {act.status === 'RUNNING' && (
              <span className="text-running-fg">
                <Spinner />
              </span>
            )}
            <h3 className="min-w-0 flex-1 font-strong">
              {t(`bulk.doing.${act.action}`, { count: act.total, shown: number(act.total) })}
            </h3>
            {act.status !== 'RUNNING' && (
              <IconButton
                size="xs"
                icon={X}
                label={t('bulk.close')}
                onClick={() => setClosed(new Set([...closed, act.id]))}
              />
            )}
          </div>
          <Bar act={act} />
          <p role="status" className="text-xs text-ink-2 tabular-nums">
            {t('bulk.done', { done: number(act.done), total: number(act.total) })}
            {act.skipped > 0 && `, ${t('bulk.skipped', { count: act.skipped, shown: number(act.skipped) })}`}
            {act.status === 'CANCELED' && `, ${t('bulk.stopped')}`}
            {act.message && `. ${act.message}`}
          </p>
          {act.status === 'RUNNING' && (
            <div>
              <Button size="sm" refusal={refusal} busy={stop.isPending} onClick={() => stop.mutate(act.id)}>
                {t('bulk.stop')}
              </Button>
            </div>
          )}
        </section>
      ))}
    </aside>
  )
}

function Bar({ act }: { act: BulkAct }) {
  const { t } = useTranslation('runs')
  const share = (count: number): string => `${act.total === 0 ? 100 : (count / act.total) * 100}%`
  return (
    <div
      role="progressbar"
      aria-label={t('bulk.title')}
      aria-valuemin={0}
      aria-valuemax={act.total}
      aria-valuenow={act.done + act.skipped}
      className="flex h-1 overflow-hidden rounded-full bg-active"
    >
      <span className="bg-success-solid transition-[width]" style={{ width: share(act.done) }} />
      <span className="bg-skipped-solid transition-[width]" style={{ width: share(act.skipped) }} />
    </div>
  )
}
