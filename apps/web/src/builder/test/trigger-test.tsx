import type { Step } from '@piecework/model/flow/step'
import type { TriggerMetadata } from '@piecework/model/piece/metadata'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../api/error-text.ts'
import { relativeTime } from '../../app/format.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/select.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import type { FlowPlace } from '../data/samples.ts'
import { MockEditor } from './mock-editor.tsx'
import { SampleRequestForm } from './sample-request.tsx'
import { StepResult } from './step-result.tsx'
import { useTriggerTest } from './use-trigger-test.ts'

interface TriggerTestProps {
  step: Step
  place: FlowPlace
  trigger: TriggerMetadata
  refusal: string | undefined
  isReadOnly: boolean
  heading: ReactNode
}

type Tool = 'mock' | 'request' | null

/** Gives a trigger its data: a real event, the newest ones of a service, or one written by hand. */
export function TriggerTest({ step, place, trigger, refusal, isReadOnly, heading }: TriggerTestProps) {
  const { t } = useTranslation('fields')
  const { t: tCommon } = useTranslation()
  const [tool, setTool] = useState<Tool>(null)
  const { list, newest, simulates, isWaiting, wait, begin, stop, use, error } = useTriggerTest({
    stepName: step.name,
    place,
    trigger,
  })
  const isWebhook = trigger.type === 'WEBHOOK' && trigger.passesThrough === true
  return (
    <>
      <div className="flex min-h-12 flex-wrap items-center gap-2 px-4 py-2">
        {heading}
        {!isReadOnly && (
          <Button
            size="sm"
            className="ml-auto"
            busy={begin.isPending}
            disabled={refusal !== undefined}
            onClick={() => (isWaiting ? stop.mutate() : begin.mutate())}
          >
            {isWaiting ? tCommon('cancel') : simulates ? t('trigger.wait') : t('trigger.load')}
          </Button>
        )}
      </div>
      <div className="flex flex-col gap-3 px-4 pb-3">
        {refusal !== undefined && <p className="text-xs text-ink-3">{refusal}</p>}
        {error && <Banner tone="failed">{t('trigger.failed', { reason: errorText(error, tCommon) })}</Banner>}
        {isWaiting && (
          <p role="status" className="flex items-center gap-2 text-sm text-ink-2">
            <Spinner />
            {isWebhook ? t('trigger.waitingCall') : t('trigger.waiting')}
          </p>
        )}
        {!isReadOnly && (
          <div className="flex flex-wrap gap-2">
            {isWebhook && (
              <Button
                size="sm"
                aria-expanded={tool === 'request'}
                onClick={() => setTool(tool === 'request' ? null : 'request')}
              >
                {t('trigger.request')}
              </Button>
            )}
            <Button size="sm" aria-expanded={tool === 'mock'} onClick={() => setTool(tool === 'mock' ? null : 'mock')}>
              {t('trigger.mock')}
            </Button>
          </div>
        )}
        {tool === 'mock' && (
          <MockEditor
            place={place}
            initial={newest?.payload ?? trigger.sampleData ?? {}}
            onSave={(payload) => {
              setTool(null)
              use.mutate(payload)
            }}
          />
        )}
        {tool === 'request' && (
          <SampleRequestForm
            flowId={place.flowId}
            onSent={() => {
              // The event is kept a little later.
              if (!isWaiting) wait()
            }}
          />
        )}
        {list.length > 0 && (
          <Select
            label={t('trigger.events')}
            value={null}
            size="sm"
            placeholder={t('trigger.choose', { count: list.length })}
            disabled={isReadOnly}
            options={list.map(({ id, created }, index) => ({
              value: id,
              label: t('trigger.event', { number: index + 1, time: relativeTime(created) }),
            }))}
            onChange={(id) => use.mutate(list.find((event) => event.id === id)?.payload)}
          />
        )}
      </div>
      <StepResult step={step} place={place} test={undefined} />
    </>
  )
}
