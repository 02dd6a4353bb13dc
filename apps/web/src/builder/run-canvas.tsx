import { findStep, walk } from '@piecework/model/flow/walk'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { flowVersionQuery } from '../api/flows.ts'
import { runQuery } from '../api/runs.ts'
import { fullTime } from '../app/format.ts'
import { useLive, usePollWhileCut } from '../app/live.ts'
import { Loaded } from '../app/query-state.tsx'
import { RunStatusMark } from '../app/run-status.tsx'
import { RunStepPanel } from '../app/run-step-panel.tsx'
import { Button } from '../ui/button.tsx'
import { FlowCanvas } from './canvas/flow-canvas.tsx'
import { outputsOf } from './canvas/run-states.ts'
import { CanvasToRead } from './canvas-to-read.tsx'
import { useBuilder, useBuilderStore } from './state/provider.tsx'
import { Viewing } from './viewing.tsx'

const POLL_MS = 1000

/** A run over the canvas, also while it goes. */
export function RunCanvas({ runId }: { runId: string }) {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const flowId = useBuilder((state) => state.flow.id)
  const poll = usePollWhileCut(POLL_MS)
  const run = useQuery(runQuery(runId, poll))
  const version = useQuery({
    ...flowVersionQuery(flowId, run.data?.flowVersionId ?? ''),
    enabled: run.data !== undefined,
  })
  useLive('UPDATE_RUN_PROGRESS', ({ flowRun }) => {
    if (flowRun.id === runId) void queries.invalidateQueries({ queryKey: ['runs', 'one', runId] })
  })
  const trigger = version.data?.version.trigger
  const steps = run.data?.steps
  const failed = run.data?.failedStep?.name
  const target = useMemo(() => (failed === undefined ? undefined : { name: failed, isFocused: false }), [failed])
  const outputs = useMemo(() => (trigger ? outputsOf(trigger, steps ?? {}) : undefined), [trigger, steps])
  const [chosen, setChosen] = useState<string | null>(null)
  const step = trigger && chosen !== null ? findStep(trigger, chosen) : undefined
  const move = (by: 1 | -1): void => {
    const names = trigger ? [...walk(trigger)].map(({ name }) => name) : []
    const next = names[names.indexOf(chosen ?? '') + by]
    if (next !== undefined) setChosen(next)
  }
  const edit = (name: string): void => {
    builder.show('draft')
    builder.open(name)
  }
  return (
    <>
      <div className="flex min-w-0 flex-1 flex-col">
        <Viewing
          text={
            run.data ? <RunStatusMark status={run.data.status}>{t('runs.viewing')}</RunStatusMark> : t('runs.viewing')
          }
          actions={
            <Button size="sm" onClick={() => navigate({ to: '/runs/$runId', params: { runId } })}>
              {t('runs.open')}
            </Button>
          }
          onBack={() => builder.show('draft')}
        />
        <Loaded query={version} skeleton={null}>
          {(data) => (
            <FlowCanvas
              version={data.version}
              outputs={outputs}
              target={target}
              selection={chosen === null ? [] : [chosen]}
              openStep={chosen}
              onSelect={([name]) => setChosen(name ?? null)}
              onOpenStep={setChosen}
            />
          )}
        </Loaded>
      </div>
      {step && (
        <RunStepPanel
          key={step.name}
          step={step}
          output={outputs?.get(step.name)}
          onClose={() => setChosen(null)}
          onMove={move}
          onEdit={() => edit(step.name)}
        />
      )}
    </>
  )
}

/** An older version, to be looked at. */
export function VersionCanvas({ versionId }: { versionId: string }) {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const flowId = useBuilder((state) => state.flow.id)
  const version = useQuery(flowVersionQuery(flowId, versionId))
  const time = version.data ? fullTime(version.data.version.updated) : ''
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <Viewing text={t('versions.viewing', { time })} onBack={() => builder.show('draft')} />
      <Loaded query={version} skeleton={null}>
        {(data) => <CanvasToRead version={data.version} />}
      </Loaded>
    </div>
  )
}
