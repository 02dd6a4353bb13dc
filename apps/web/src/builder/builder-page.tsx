import { findStep } from '@piecework/model/flow/walk'
import { useBlocker, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Loaded } from '../app/query-state.tsx'
import { Header } from '../app/shell/header.tsx'
import { confirm } from '../ui/confirm.tsx'
import { EditingCanvas } from './canvas/editing-canvas.tsx'
import { DifferenceCanvas } from './difference-canvas.tsx'
import { SettingsPanel } from './fields/settings-panel.tsx'
import { BuilderHeader } from './header/builder-header.tsx'
import { Refusals } from './header/save-state.tsx'
import { RunCanvas, VersionCanvas } from './run-canvas.tsx'
import { BuilderProvider, useBuilder, useBuilderStore } from './state/provider.tsx'
import { useOpenFlow } from './use-open-flow.ts'

/** One flow, to be built. */
export default function BuilderPage() {
  const { t } = useTranslation('builder')
  const { flowId } = useParams({ from: '/shell/flows/$flowId' })
  const { query, builder } = useOpenFlow(flowId)
  if (!builder)
    return (
      <>
        <Header title={t('title')} />
        <Loaded query={query} skeleton={<div className="flex-1 bg-canvas" />}>
          {() => null}
        </Loaded>
      </>
    )
  return (
    <BuilderProvider builder={builder}>
      <OpenFlow />
    </BuilderProvider>
  )
}

function OpenFlow() {
  const target = useTarget()
  const [gone, setGone] = useState<{ name: string }>()
  const view = useBuilder((state) => state.view)
  useStayUntilSaved()
  return (
    <>
      <BuilderHeader onGo={(name) => setGone({ name })} />
      <div className="relative flex min-h-0 flex-1">
        <div className="relative flex min-w-0 flex-1">
          <Refusals />
          {view === 'draft' ? (
            <EditingCanvas target={gone ?? target} />
          ) : 'run' in view ? (
            <RunCanvas key={view.run} runId={view.run} />
          ) : 'difference' in view ? (
            <DifferenceCanvas key={view.difference} versionId={view.difference} />
          ) : (
            <VersionCanvas key={view.version} versionId={view.version} />
          )}
        </div>
        {view === 'draft' && <SettingsPanel />}
      </div>
    </>
  )
}

/** The step that the address names opens when the flow does. */
function useTarget(): { name: string } | undefined {
  const builder = useBuilderStore()
  const { step } = useSearch({ from: '/shell/flows/$flowId' })
  const [target] = useState(() =>
    step !== undefined && findStep(builder.getState().version.trigger, step) ? { name: step } : undefined,
  )
  useEffect(() => {
    if (target) builder.open(target.name)
  }, [builder, target])
  return target
}

/** Asks before somebody leaves with changes that are not at the server. */
function useStayUntilSaved(): void {
  const { t } = useTranslation('builder')
  const builder = useBuilderStore()
  const isSaved = (): boolean => !['saving', 'waiting'].includes(builder.getState().save.kind)
  useBlocker({
    enableBeforeUnload: () => !isSaved(),
    shouldBlockFn: async () => {
      if (isSaved()) return false
      // A save that goes on usually ends before anybody could answer a question.
      if (builder.getState().save.kind === 'saving') {
        await Promise.race([builder.settled(), new Promise((done) => setTimeout(done, 1500))])
        if (isSaved()) return false
      }
      const texts = { title: t('save.leaveTitle'), text: t('save.leaveText'), danger: true }
      return !(await confirm({ ...texts, confirm: t('save.leave'), cancel: t('save.stay') }))
    },
  })
}
