import type { Step } from '@piecework/model/flow/step'
import { findStep } from '@piecework/model/flow/walk'
import { useTranslation } from 'react-i18next'
import { DataPicker } from '../data/picker.tsx'
import { usePicker } from '../data/picker-state.ts'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import { labelOf } from '../steps/summary.ts'
import { TestPanel } from '../test/test-panel.tsx'
import { PanelHead } from './panel-head.tsx'
import { StepContext } from './step-context.ts'
import { StepSettings } from './step-settings.tsx'
import { useStepPlace } from './use-step-place.ts'

/** The settings of the open step, with its test; nothing while no step is open. */
export function SettingsPanel() {
  const open = useBuilder((state) => state.openStep)
  const trigger = useBuilder((state) => state.version.trigger)
  const step = open === null ? undefined : findStep(trigger, open)
  // A step of another name is another form: what was typed in one must not show in the other.
  return step ? <StepPanel key={step.name} step={step} /> : null
}

function StepPanel({ step }: { step: Step }) {
  const { t } = useTranslation('fields')
  const builder = useBuilderStore()
  const isPicking = usePicker((state) => state.isOpen)
  const { context, change, apply, piece, part, refused } = useStepPlace(step)
  const { t: names } = useTranslation('builder')
  const missing = context.problems.map(({ field }) => labelOf(part, field, names))
  const trigger = step.type === 'PIECE_TRIGGER' ? piece?.triggers[step.settings.triggerName ?? ''] : undefined
  return (
    <StepContext value={context}>
      <aside
        aria-label={t('panel.of', { step: step.displayName })}
        className="relative z-10 flex w-100 shrink-0 flex-col border-l border-line-2 bg-raised max-md:absolute max-md:inset-0 max-md:z-30 max-md:w-full max-md:border-l-0"
      >
        <PanelHead step={step} piece={piece} part={part} onChange={change} />
        <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 py-3.5">
          <StepSettings step={step} piece={piece} part={part} refused={refused} onChange={change} apply={apply} />
        </div>
        <TestPanel
          step={step}
          place={context.place}
          trigger={trigger}
          isReadOnly={context.isReadOnly}
          refusal={missing.length > 0 ? t('test.incomplete', { fields: missing.join(', ') }) : undefined}
        />
        {isPicking && !context.isReadOnly && (
          <DataPicker
            sources={context.sources}
            onOpenStep={(name) => builder.open(name)}
            className="absolute top-14 right-[calc(100%+8px)] z-20 w-76 max-md:fixed max-md:inset-x-2 max-md:top-auto max-md:bottom-2 max-md:w-auto"
          />
        )}
      </aside>
    </StepContext>
  )
}
