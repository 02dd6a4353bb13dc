import { sampleDataOf } from '@piecework/model/flow/sample-data'
import type { Step } from '@piecework/model/flow/step'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../api/error-text.ts'
import { sampleDataQuery } from '../../api/sample-data.ts'
import { failureWords } from '../../app/step-results.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import type { FlowPlace } from '../data/samples.ts'
import type { StepTest } from './test-state.ts'
import { type Shape, ValueView } from './value-view.tsx'

type View = 'output' | 'input' | 'log'

interface StepResultProps {
  step: Step
  place: FlowPlace
  test: StepTest | undefined
}

/** Shows the result of the latest test of a step, in this window or at any time before. */
export function StepResult({ step, place, test }: StepResultProps) {
  const { t } = useTranslation('fields')
  const [view, setView] = useState<View>('output')
  const [shape, setShape] = useState<Shape>('tree')
  const result = test?.state === 'ended' ? test.result : undefined
  const log = result?.standardOutput ?? ''
  const lines = log === '' ? 0 : log.trimEnd().split('\n').length
  const isRunning = test?.state === 'running'
  const hasSample = sampleDataOf(step)?.sampleDataFileId !== undefined
  if (!result && !isRunning && !hasSample && test?.state !== 'refused')
    return <p className="px-4 pb-4 text-sm text-ink-3">{t('test.never')}</p>
  const shared = { step, place, result, shape }
  return (
    <Tabs<View>
      label={t('test.result')}
      value={view}
      onChange={setView}
      aside={
        view !== 'log' && (
          <Segmented<Shape>
            label={t('test.showAs')}
            value={shape}
            onChange={setShape}
            options={[
              { value: 'tree', label: t('test.tree') },
              { value: 'json', label: t('test.json') },
              { value: 'table', label: t('test.table') },
            ]}
          />
        )
      }
      tabs={[
        { value: 'output', label: t('test.output'), content: <Output {...shared} test={test} /> },
        { value: 'input', label: t('test.input'), content: <Kept {...shared} type="INPUT" /> },
        {
          value: 'log',
          label: t('test.log'),
          ...(lines > 0 ? { count: lines } : {}),
          content:
            log === '' ? (
              <p className="p-4 text-sm text-ink-3">{t('test.noLog')}</p>
            ) : (
              <pre className="max-h-90 overflow-auto p-3 font-mono text-[12.5px] whitespace-pre-wrap">{log}</pre>
            ),
        },
      ]}
    />
  )
}

type Ended = Extract<StepTest, { state: 'ended' }>['result']

interface PartProps {
  step: Step
  place: FlowPlace
  result: Ended | undefined
  shape: Shape
}

function Output({ test, ...props }: PartProps & { test: StepTest | undefined }) {
  const { t } = useTranslation('fields')
  const { t: tCommon } = useTranslation()
  if (test?.state === 'running')
    return test.progress === undefined || test.progress === null ? (
      <div aria-busy className="flex flex-col gap-3 p-4">
        <Skeleton className="w-40" />
        <Skeleton className="w-56" />
        <Skeleton className="w-32" />
      </div>
    ) : (
      <ValueView value={test.progress} shape={props.shape} label={t('test.output')} />
    )
  if (test?.state === 'refused')
    return (
      <div className="p-3">
        <Banner tone="failed">{t('test.refused', { reason: errorText(test.error, tCommon) })}</Banner>
      </div>
    )
  if (props.result && !props.result.success) return <Failed text={props.result.standardError} />
  return <Kept {...props} type="OUTPUT" />
}

/** The error in the words of its author, with all that is known of it one click away. */
function Failed({ text }: { text: string }) {
  const { t } = useTranslation('fields')
  const [isRaw, setRaw] = useState(false)
  const { message, raw } = failureWords(text)
  return (
    <div className="flex flex-col gap-2 p-3">
      <Banner tone="failed">
        <span className="whitespace-pre-wrap">{message || t('test.noReason')}</span>
      </Banner>
      {raw !== undefined && (
        <Button size="sm" kind="ghost" className="self-start" aria-expanded={isRaw} onClick={() => setRaw(!isRaw)}>
          {isRaw ? t('test.hideRaw') : t('test.raw')}
        </Button>
      )}
      {isRaw && (
        <pre className="max-h-80 overflow-auto rounded-sm bg-inset p-2.5 font-mono text-[12.5px] whitespace-pre-wrap">
          {raw}
        </pre>
      )}
    </div>
  )
}

/** Input or output: as the message of the test has it, or whole, as it is kept. */
function Kept({ step, place, result, shape, type }: PartProps & { type: 'INPUT' | 'OUTPUT' }) {
  const { t } = useTranslation('fields')
  const { t: tCommon } = useTranslation()
  const [wantsAll, setWantsAll] = useState(false)
  const saved = sampleDataOf(step)
  const fileId = (type === 'INPUT' ? saved?.sampleDataInputFileId : saved?.sampleDataFileId) ?? ''
  const isCut = result?.truncated === true && !wantsAll
  const isHere = result !== undefined && (!result.truncated || isCut)
  const query = useQuery({
    ...sampleDataQuery({ ...place, stepName: step.name, type, fileId }),
    enabled: !isHere && fileId !== '',
  })
  const label = type === 'INPUT' ? t('test.input') : t('test.output')
  if (isHere)
    return (
      <>
        {isCut && (
          <div className="flex items-center gap-2 px-3 pt-2 text-xs text-ink-3">
            {t('test.cut')}
            <Button size="sm" onClick={() => setWantsAll(true)}>
              {t('test.whole')}
            </Button>
          </div>
        )}
        <ValueView value={type === 'INPUT' ? result.input : result.output} shape={shape} label={label} />
      </>
    )
  if (fileId === '') return <p className="p-4 text-sm text-ink-3">{t('test.nothingKept')}</p>
  if (query.error)
    return (
      <div className="p-3">
        <Banner
          tone="failed"
          actions={
            <Button size="sm" onClick={() => query.refetch()}>
              {tCommon('retry')}
            </Button>
          }
        >
          {errorText(query.error, tCommon)}
        </Banner>
      </div>
    )
  if (query.isPending) return <Skeleton className="m-4 w-40" />
  return <ValueView value={query.data} shape={shape} label={label} />
}
