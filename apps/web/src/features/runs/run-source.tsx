import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChevronRight, Copy } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Run, runTriggerQuery } from '../../api/runs.ts'
import { curlOf } from '../../app/curl.ts'
import { Loaded } from '../../app/query-state.tsx'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { notify } from '../../ui/toast.tsx'
import { ValueTree } from '../../ui/value-tree.tsx'
import { callOf } from './call-of.ts'

/** Shows the origin of the run: the run that called it, and the event or call as it came in. */
export function RunSource({ run }: { run: Run }) {
  const { t } = useTranslation('runs')
  const [isOpen, setOpen] = useState(false)
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
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex h-8 items-center gap-1.5 self-start rounded-sm text-ink-2 hover:text-ink-1"
      >
        <ChevronRight aria-hidden size={14} className={cx('transition-transform', isOpen && 'rotate-90')} />
        {t('source.event')}
      </button>
      {isOpen && <Payload run={run} />}
    </section>
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
