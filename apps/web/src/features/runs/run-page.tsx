import { isFailure } from '@piecework/model/run/run-statuses'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ChevronDown, Eye, Lock, Pencil, RotateCcw } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { flowVersionQuery } from '../../api/flows.ts'
import { useMay } from '../../api/members.ts'
import { type Run, runQuery } from '../../api/runs.ts'
import { duration, fullTime } from '../../app/format.ts'
import { useLive, usePollWhileCut } from '../../app/live.ts'
import { Loaded } from '../../app/query-state.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { RUN_LOOKS } from '../../app/run-status.tsx'
import { RunStepPanel } from '../../app/run-step-panel.tsx'
import { Header } from '../../app/shell/header.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { useComparison } from './comparison.ts'
import { type RunActs, useRunActs } from './run-acts.ts'
import { firstToShow, hasCalledFlows, type OutlineRow, outlineOf } from './run-outline.ts'
import { RunSource } from './run-source.tsx'
import { RunSteps } from './run-steps.tsx'
import { RunWait } from './run-wait.tsx'
import { tookOf } from './run-words.ts'
import { StepsCanvas } from './steps-canvas.tsx'
import { useRunData } from './use-run-data.ts'

const POLL_MS = 2000

/** One run: its steps, and what each of them got and made. */
export default function RunPage() {
  const { t } = useTranslation('runs')
  const { runId } = useParams({ from: '/shell/runs/$runId' })
  const queries = useQueryClient()
  const run = useQuery(runQuery(runId, usePollWhileCut(POLL_MS)))
  useLive('UPDATE_RUN_PROGRESS', ({ flowRun }) => {
    if (flowRun.id === runId) void queries.invalidateQueries({ queryKey: ['runs', 'one', runId] })
  })
  return (
    <>
      <RunHeader run={run.data} />
      <Loaded query={run} skeleton={<StepsSkeleton label={t('steps')} />}>
        {(data) => <RunBody key={data.id} run={data} />}
      </Loaded>
    </>
  )
}

function RunHeader({ run }: { run: Run | undefined }) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const navigate = useNavigate()
  const acts = useRunActs()
  const mayEdit = useMay('WRITE_FLOW')
  const mayNotRead = useRefusal('READ_FLOW')
  if (!run) return <Header crumbs={[{ label: t('title'), to: '/runs' }]} title={t('run')} />
  const { icon, tone } = RUN_LOOKS[run.status]
  const took = tookOf(run, Date.now())
  const name = run.flowVersion?.displayName ?? t('deletedFlow')
  return (
    <Header
      crumbs={[{ label: t('title'), to: '/runs' }]}
      title={name}
      aside={
        <>
          <Badge tone={tone} icon={icon}>
            {common(`runStatus.${run.status}`)}
          </Badge>
          <span className="truncate text-sm text-ink-3 max-lg:hidden">
            {fullTime(run.startTime ?? run.created)}
            {took !== undefined && `, ${t('took', { time: duration(took) })}`}
          </span>
        </>
      }
      actions={
        <div className="flex items-center gap-2 max-sm:hidden">
          <Button
            icon={mayEdit ? Pencil : Eye}
            refusal={mayNotRead}
            onClick={() =>
              navigate({
                to: '/flows/$flowId',
                params: { flowId: run.flowId },
                search: run.failedStep ? { step: run.failedStep.name } : {},
              })
            }
          >
            {mayEdit ? t('editFlow') : t('openFlow')}
          </Button>
          <RunButtons run={run} acts={acts} />
        </div>
      }
    />
  )
}

/** Retry, where there is something to retry, and everything else in a menu. */
function RunButtons({ run, acts }: { run: Run; acts: RunActs }) {
  const { t } = useTranslation('runs')
  return (
    <>
      {isFailure(run.status) && (
        <Button
          kind="primary"
          icon={RotateCcw}
          className="max-sm:flex-1"
          refusal={acts.mayNot}
          onClick={() => acts.retry(run, 'FROM_FAILED_STEP')}
        >
          {t('retry.fromStep')}
        </Button>
      )}
      <Menu trigger={<Button trailing={ChevronDown}>{t('more')}</Button>} entries={acts.entriesOf(run)} />
    </>
  )
}

type Shape = 'canvas' | 'list'

function RunBody({ run }: { run: Run }) {
  const { t } = useTranslation('runs')
  const navigate = useNavigate()
  const acts = useRunActs()
  const mayNotRead = useRefusal('READ_FLOW')
  const version = useQuery({
    ...flowVersionQuery(run.flowId, run.flowVersionId),
    enabled: mayNotRead === undefined,
  })
  const [shape, setShape] = useState<Shape>(hasRoom() ? 'canvas' : 'list')
  const [rounds, setRounds] = useState<ReadonlyMap<string, number>>(new Map())
  // Undefined until somebody chooses: then what failed shows by itself, where there is room next to the steps.
  const [chosen, setChosen] = useState<string | null | undefined>(hasRoom() ? undefined : null)
  const trigger = version.data?.version.trigger
  const rows = useMemo(
    () => (trigger ? outlineOf(trigger, run.steps ?? {}, (loop) => rounds.get(loop)) : []),
    [trigger, run.steps, rounds],
  )
  const shown = chosen === undefined ? firstToShow(rows) : (chosen ?? undefined)
  const steps = rows.filter((row) => row.kind === 'step')
  const index = steps.findIndex(({ step }) => step.name === shown)
  const open = steps[index]
  const edit = (step?: string): void =>
    void navigate({ to: '/flows/$flowId', params: { flowId: run.flowId }, search: step === undefined ? {} : { step } })
  const useData = useRunData(run, rows, edit)
  const comparison = useComparison(run, trigger, rows)
  const parts = {
    ...{ rows, shown: open?.step.name, onShow: setChosen },
    onRound: (loop: string, round: number) => setRounds(new Map(rounds).set(loop, round)),
  }

  return (
    <div className="flex min-h-0 flex-1 max-sm:flex-col">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-canvas">
        <Notices run={run} rows={rows} />
        <div className="flex h-10 shrink-0 items-center px-4 max-sm:px-2">
          <Segmented<Shape>
            label={t('steps')}
            value={shape}
            onChange={setShape}
            options={[
              { value: 'canvas', label: t('view.canvas') },
              { value: 'list', label: t('view.list') },
            ]}
          />
        </div>
        {mayNotRead !== undefined && <StateMessage icon={Lock} title={t('flowHidden')} text={mayNotRead} />}
        <Loaded query={version} skeleton={mayNotRead ? null : <StepsSkeleton label={t('steps')} />}>
          {(data) =>
            shape === 'canvas' ? (
              <StepsCanvas version={data.version} {...parts} />
            ) : (
              <div className="min-h-0 flex-1 overflow-y-auto">
                <div className="mx-auto max-w-170">
                  <RunSteps {...parts} />
                </div>
              </div>
            )
          }
        </Loaded>
        <RunSource run={run} hasCalledFlows={hasCalledFlows(rows)} />
      </div>
      <div className="flex gap-2 border-t border-line-1 bg-raised p-3 sm:hidden">
        <RunButtons run={run} acts={acts} />
      </div>
      {open && (
        <RunStepPanel
          key={open.step.name}
          step={open.step}
          output={open.output}
          onClose={() => setChosen(null)}
          onMove={(by) => {
            const next = steps[index + by]
            if (next) setChosen(next.step.name)
          }}
          onEdit={() => edit(open.step.name)}
          comparison={comparison}
          onUseData={{ run: () => useData.mutate(open.step.name), isBusy: useData.isPending }}
        />
      )}
    </div>
  )
}

const hasRoom = (): boolean => matchMedia('(min-width: 768px)').matches

/** Notices that people need before they read the steps. */
function Notices({ run, rows }: { run: Run; rows: readonly OutlineRow[] }) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const isUnexplained = isFailure(run.status) && run.status !== 'FAILED'
  return (
    <div className="flex flex-col gap-2 px-4 pt-4 empty:hidden max-sm:px-2">
      {isUnexplained && (
        <Banner tone="failed">
          {common(`runStatus.${run.status}`)}. {t(`reason.${reasonOf(run.status)}`)}
        </Banner>
      )}
      <RunWait run={run} rows={rows} />
      {run.steps === null && rows.length > 0 && <Banner>{t('logGone')}</Banner>}
      {run.archivedAt && <Banner>{t('isArchived')}</Banner>}
    </div>
  )
}

const REASONS = ['TIMEOUT', 'MEMORY_LIMIT_EXCEEDED', 'LOG_SIZE_EXCEEDED', 'INTERNAL_ERROR'] as const

const reasonOf = (status: Run['status']): (typeof REASONS)[number] =>
  REASONS.find((known) => known === status) ?? 'INTERNAL_ERROR'

function StepsSkeleton({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="mx-auto flex max-w-170 flex-col gap-2 p-4">
      {['a', 'b', 'c', 'd', 'e'].map((key) => (
        <Skeleton key={key} className="h-11 rounded-md" />
      ))}
    </div>
  )
}
