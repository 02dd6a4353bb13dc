import type { Step } from '@piecework/model/flow/step'
import type { StepOutput } from '@piecework/model/run/step-output'
import { ChevronDown, ChevronUp, CircleX, GitCompareArrows, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../ui/button.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { duration } from './format.ts'
import { useRefusal } from './refusal.ts'
import { type Comparison, ComparisonLine } from './run-comparison-line.tsx'
import { type Shape, StepSide } from './run-step-side.tsx'
import { StepStatus } from './run-step-status.tsx'
import { failureWords } from './step-results.ts'

interface RunStepPanelProps {
  step: Step
  output: StepOutput | undefined
  onClose(): void
  onMove(by: 1 | -1): void
  /** Opens the step in the builder. */
  onEdit(): void
  /** Makes the data of the run that of the draft, and opens the step there; not where that is done otherwise. */
  onUseData?: { run(): void; isBusy: boolean }
  /** Another run next to this one; not where there is none to choose. */
  comparison?: Comparison
}

/** Shows the input and output of a step, and the reason of its failure. */
export function RunStepPanel({ step, output, onClose, onMove, onEdit, onUseData, comparison }: RunStepPanelProps) {
  const { t } = useTranslation('runs')
  const [shape, setShape] = useState<Shape>('tree')
  const mayNot = useRefusal('WRITE_FLOW')
  const other = comparison?.isOn && comparison.isLoaded ? { output: comparison.outputOf(step.name) } : undefined
  return (
    <aside
      aria-label={step.displayName}
      className="flex w-140 max-w-full min-w-0 shrink-0 flex-col border-l border-line-2 bg-raised max-lg:w-110 max-md:fixed max-md:inset-0 max-md:z-30 max-md:w-full"
    >
      <header className="flex min-h-14 items-center gap-2 border-b border-line-1 px-4">
        <h2 className="min-w-0 flex-1 truncate text-lg font-strong">{step.displayName}</h2>
        <StepStatus output={output} withWord />
        {output?.duration !== undefined && (
          <span className="text-sm text-ink-3 tabular-nums">{duration(output.duration)}</span>
        )}
        <IconButton size="sm" icon={ChevronUp} label={t('previousStep')} onClick={() => onMove(-1)} />
        <IconButton size="sm" icon={ChevronDown} label={t('nextStep')} onClick={() => onMove(1)} />
        <IconButton size="sm" icon={X} label={t('closeStep')} onClick={onClose} />
      </header>
      {output?.status === 'FAILED' && <StepError error={output.errorMessage} onEdit={onEdit} />}
      {output ? (
        <>
          <div className="flex flex-wrap items-center gap-2 border-b border-line-1 px-4 py-1.5">
            {onUseData && (
              <Button size="sm" refusal={mayNot} busy={onUseData.isBusy} onClick={onUseData.run}>
                {t('openWithData')}
              </Button>
            )}
            {!comparison?.isOn && (
              <>
                {comparison && (
                  <Button size="sm" icon={GitCompareArrows} onClick={comparison.start}>
                    {t('compare.start')}
                  </Button>
                )}
                <span className="ml-auto">
                  <Segmented<Shape>
                    label={t('shape.label')}
                    value={shape}
                    onChange={setShape}
                    options={[
                      { value: 'tree', label: t('shape.tree') },
                      { value: 'json', label: t('shape.json') },
                    ]}
                  />
                </span>
              </>
            )}
          </div>
          {comparison?.isOn && <ComparisonLine comparison={comparison} />}
          {other && !other.output && <p className="px-4 pt-3 text-sm text-ink-2">{t('compare.notThere')}</p>}
          <div className="grid min-h-0 flex-1 grid-cols-2 divide-x divide-line-1 max-lg:grid-cols-1 max-lg:divide-x-0 max-lg:divide-y max-lg:overflow-auto">
            <StepSide
              {...{ label: t('input'), value: output.input, shape }}
              {...(other?.output && { other: { value: other.output.input } })}
            />
            <StepSide
              {...{ label: t('output'), value: output.output, shape }}
              {...(other?.output && { other: { value: other.output.output } })}
            />
          </div>
          {output.standardOutput !== undefined && (
            <section aria-label={t('log')} className="shrink-0 border-t border-line-1">
              <h3 className="px-4 pt-2 text-sm font-strong">{t('log')}</h3>
              <pre className="max-h-48 overflow-auto px-4 py-2 font-mono text-xs whitespace-pre-wrap">
                {output.standardOutput}
              </pre>
            </section>
          )}
        </>
      ) : (
        <p className="p-4 text-ink-2">{t('didNotRun')}</p>
      )}
    </aside>
  )
}

function StepError({ error, onEdit }: { error: unknown; onEdit(): void }) {
  const { t } = useTranslation('runs')
  const [isRaw, setRaw] = useState(false)
  const { title, raw } = failureWords(error)
  return (
    <section role="alert" className="flex flex-col gap-2 border-b border-failed-border bg-failed-bg p-4">
      <h3 className="flex items-start gap-2 font-strong break-words text-failed-fg">
        <CircleX aria-hidden size={16} strokeWidth={1.5} className="mt-0.5 shrink-0" />
        <span className="min-w-0">{title}</span>
      </h3>
      <div className="flex items-center gap-2">
        <Button size="sm" onClick={onEdit}>
          {t('openInBuilder')}
        </Button>
        {raw !== undefined && (
          <Button size="sm" kind="ghost" aria-expanded={isRaw} onClick={() => setRaw(!isRaw)}>
            {t('rawError')}
          </Button>
        )}
      </div>
      {isRaw && (
        <pre className="max-h-60 overflow-auto rounded-sm bg-inset p-2 font-mono text-xs whitespace-pre-wrap">
          {raw}
        </pre>
      )}
    </section>
  )
}
