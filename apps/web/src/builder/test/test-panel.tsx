import { sampleDataOf } from '@piecework/model/flow/sample-data'
import type { Step } from '@piecework/model/flow/step'
import { isAction } from '@piecework/model/flow/walk'
import type { TriggerMetadata } from '@piecework/model/piece/metadata'
import { CircleCheck, CircleX, Play } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { type Action, useActions } from '../../app/actions.ts'
import { duration, fullTime, relativeTime } from '../../app/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import type { FlowPlace } from '../data/samples.ts'
import { StepResult } from './step-result.tsx'
import type { StepTest } from './test-state.ts'
import { TriggerTest } from './trigger-test.tsx'
import { useStepTest } from './use-step-test.ts'

interface TestPanelProps {
  step: Step
  place: FlowPlace
  /** The description of the trigger, once its piece is known. */
  trigger: TriggerMetadata | undefined
  /** Why it cannot be tested yet: the fields that are missing. */
  refusal: string | undefined
  isReadOnly: boolean
}

/** The test of a step under its settings. */
export function TestPanel({ step, place, trigger, refusal, isReadOnly }: TestPanelProps) {
  const { t } = useTranslation('fields')
  const isStep = isAction(step)
  if (!isStep && (step.type === 'EMPTY' || !trigger)) return null
  return (
    <section
      aria-label={t('test.title')}
      className="flex max-h-1/2 shrink-0 flex-col overflow-y-auto border-t border-line-2"
    >
      {isStep ? (
        <ActionTest step={step} place={place} refusal={refusal} isReadOnly={isReadOnly} />
      ) : (
        trigger && (
          <TriggerTest
            step={step}
            place={place}
            trigger={trigger}
            refusal={refusal}
            isReadOnly={isReadOnly}
            heading={<Heading step={step} test={undefined} />}
          />
        )
      )}
    </section>
  )
}

/** Whether the step was edited after its last test. */
function isChanged(step: Step): boolean {
  const last = sampleDataOf(step)?.lastTestDate
  return last !== undefined && Date.parse(step.lastUpdatedDate) > Date.parse(last)
}

function Heading({ step, test }: { step: Step; test: StepTest | undefined }) {
  const { t } = useTranslation('fields')
  const last = sampleDataOf(step)?.lastTestDate
  const failed = test?.state === 'refused' || (test?.state === 'ended' && !test.result.success)
  return (
    <>
      <h3 className="text-sm font-strong">{t('test.title')}</h3>
      <span role="status" className="flex min-w-0 items-center gap-1.5 text-xs text-ink-2">
        {test?.state === 'running' ? (
          <>
            <Spinner />
            {t('test.running')}
          </>
        ) : failed ? (
          <>
            <CircleX aria-hidden size={14} className="text-failed-fg" />
            {t('test.failed')}
          </>
        ) : (
          (test?.state === 'ended' || last !== undefined) && (
            <>
              <CircleCheck aria-hidden size={14} className="text-success-fg" />
              {test?.state === 'ended' ? t('test.succeeded', { time: duration(test.ms) }) : t('test.tested')}
            </>
          )
        )}
        {last !== undefined && test?.state !== 'running' && (
          <span className="truncate text-ink-3" title={fullTime(last)}>
            {relativeTime(last)}
          </span>
        )}
      </span>
      {isChanged(step) && test?.state !== 'running' && <Badge tone="warning">{t('test.changed')}</Badge>}
    </>
  )
}

function ActionTest({ step, place, refusal, isReadOnly }: Omit<TestPanelProps, 'trigger'>) {
  const { t } = useTranslation('fields')
  const { test, start } = useStepTest(place, step.name)
  const isRunning = test?.state === 'running'
  const why = isReadOnly ? t('test.readOnly') : refusal
  const actions = useMemo(
    (): Action[] => [
      {
        id: 'builder.testStep',
        label: t('test.step'),
        group: t('test.title'),
        icon: Play,
        shortcut: 'mod+g',
        whileTyping: true,
        refusal: why,
        run: start,
      },
    ],
    [t, why, start],
  )
  useActions(actions)
  return (
    <>
      <div className="flex min-h-12 flex-wrap items-center gap-2 px-4 py-2">
        <Heading step={step} test={test} />
        <Button size="sm" className="ml-auto" busy={isRunning} disabled={why !== undefined} title={why} onClick={start}>
          {t('test.step')}
          <Kbd keys="mod+g" />
        </Button>
      </div>
      {why !== undefined && !isReadOnly && <p className="px-4 pb-3 text-xs text-ink-3">{why}</p>}
      <StepResult step={step} place={place} test={test} />
    </>
  )
}
