import { Link } from '@tanstack/react-router'
import { Workflow } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { FlowOverview } from '../../api/flows.ts'
import { fullTime, relativeTime } from '../../app/format.ts'
import { useRefusal } from '../../app/refusal.ts'
import { RunStatusMark } from '../../app/run-status.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Switch } from '../../ui/switch.tsx'
import { triggerWords, waitWords } from './trigger-words.ts'
import type { FlowActs } from './use-flow-acts.ts'

/** The name of an automation with what begins it, and what is odd about it. */
export function FlowName({ flow, folder }: { flow: FlowOverview; folder?: string | undefined }) {
  const { t } = useTranslation('automations')
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Workflow aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-ink-3" />
      <Link
        to="/flows/$flowId"
        params={{ flowId: flow.id }}
        title={flow.displayName}
        draggable={false}
        className="min-w-0 truncate rounded-xs font-medium text-ink-1 hover:underline"
      >
        {flow.displayName}
      </Link>
      <span className="max-w-50 shrink-0 truncate text-xs text-ink-3">
        {folder && <>{folder} · </>}
        {triggerWords(flow.trigger, t)}
      </span>
      <FlowBadges flow={flow} />
    </span>
  )
}

export function FlowBadges({ flow }: { flow: FlowOverview }) {
  const { t } = useTranslation('automations')
  return (
    <>
      {!flow.valid && <Badge tone="warning">{t('incomplete', { count: Math.max(flow.invalidSteps, 1) })}</Badge>}
      {flow.valid && flow.hasUnpublishedChanges && <Badge>{t('draftChanged')}</Badge>}
    </>
  )
}

export function FlowSwitch({ flow, acts }: { flow: FlowOverview; acts: FlowActs }) {
  const { t } = useTranslation('automations')
  const refusal = useRefusal('UPDATE_FLOW_STATUS')
  const isOn = flow.status === 'ENABLED'
  return (
    <span className="flex items-center gap-2">
      <Switch
        quiet
        checked={isOn}
        label={t('activeOf', { name: flow.displayName })}
        disabled={acts.isBusy(flow.id)}
        refusal={refusal}
        onChange={(next) => void acts.switchTo(flow, next)}
      />
      <span aria-hidden className={isOn ? undefined : 'text-ink-3'}>
        {isOn ? t('isOn') : t('isOff')}
      </span>
    </span>
  )
}

export function LastRun({ run, now }: { run: FlowOverview['lastRun']; now: number }) {
  const { t } = useTranslation('automations')
  if (!run) return <span className="text-ink-3">{t('neverRan')}</span>
  return (
    <Link
      to="/runs/$runId"
      params={{ runId: run.id }}
      draggable={false}
      title={fullTime(run.created)}
      className="inline-flex max-w-full rounded-xs hover:underline"
    >
      <RunStatusMark status={run.status} quietSuccess>
        {relativeTime(run.finishTime ?? run.created, now)}
      </RunStatusMark>
    </Link>
  )
}

export function NextRun({ flow, now }: { flow: FlowOverview; now: number }) {
  const { t } = useTranslation('automations')
  if (flow.nextTick === null) return waitWords(flow, t)
  return <span title={fullTime(flow.nextTick)}>{relativeTime(flow.nextTick, now)}</span>
}
