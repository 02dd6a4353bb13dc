import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight, Copy } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calledRunsQuery, type Run, runTriggerQuery } from '../../api/runs.ts'
import { curlOf } from '../../app/curl.ts'
import { Loaded } from '../../app/query-state.tsx'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { notify } from '../../ui/toast.tsx'
import { ValueTree } from '../../ui/value-tree.tsx'
import { callOf } from './call-of.ts'
import { RunsList } from './runs-list.tsx'

/** Shows what the run came from, the run that called it and the event or call as it came in, and the runs that it called. */
export function RunSource({ run, hasCalledFlows }: { run: Run; hasCalledFlows: boolean }) {
  const { t } = useTranslation('runs')
  return (
    <section
      aria-label={t('source.title')}
      className="flex max-h-1/2 shrink-0 flex-col gap-2 overflow-y-auto border-t border-line-1 px-4 py-2 text-sm max-sm:px-2"
    >
      {run.parentRunId && (
        <Link to="/runs/$runId" params={{ runId: run.parentRunId }} className={TEXT_LINK}>
          {t('source.parent')}
        </Link>
      )}
      <Unfolding title={t('source.event')}>
        <Payload run={run} />
      </Unfolding>
      {hasCalledFlows && (
        <Unfolding title={t('source.called')}>
          <CalledRuns run={run} />
        </Unfolding>
      )}
    </section>
  )
}

/** A title that shows and hides what is below it. */
function Unfolding({ title, children }: { title: string; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex h-8 shrink-0 items-center gap-1.5 self-start rounded-sm text-ink-2 hover:text-ink-1"
      >
        <ChevronRight aria-hidden size={14} className={cx('transition-transform', isOpen && 'rotate-90')} />
        {title}
      </button>
      {isOpen && children}
    </>
  )
}

function CalledRuns({ run }: { run: Run }) {
  const { t } = useTranslation('runs')
  return (
    <Loaded
      query={useQuery(calledRunsQuery(run.projectId, run.id))}
      skeleton={<Skeleton className="h-16 rounded-md" />}
    >
      {(runs) =>
        runs.length === 0 ? (
          <p className="pl-5 text-ink-3">{t('source.calledNone')}</p>
        ) : (
          <RunsList label={t('source.called')} runs={runs} now={Date.now()} />
        )
      }
    </Loaded>
  )
}

function Payload({ run }: { run: Run }) {
  const { t } = useTranslation('runs')
  const query = useQuery(runTriggerQuery(run.id))
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-24 rounded-md" />}>
      {({ payload }) => {
        const call = callOf(payload, `${location.origin}/api/v1/webhooks/${run.flowId}`)
        return (
          <>
            {call && (
              <Button
                size="sm"
                icon={Copy}
                className="self-start"
                onClick={() => {
                  void navigator.clipboard.writeText(curlOf(call))
                  notify({ text: t('copied') })
                }}
              >
                {t('source.curl')}
              </Button>
            )}
            <div className="h-60 shrink-0 rounded-md border border-line-2 bg-raised py-1">
              <ValueTree label={t('source.event')} value={payload} />
            </div>
          </>
        )
      }}
    </Loaded>
  )
}
