import type { LoopAction } from '@piecework/model/flow/step'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { evaluateText } from '../data/evaluate.ts'
import { ExpressionInput } from './expression-input.tsx'
import { useStep } from './step-context.ts'
import type { SettingsProps } from './types.ts'

/** The list that a loop goes through. */
export function LoopSettings({ step, onChange }: SettingsProps<LoopAction>) {
  const { t } = useTranslation('fields')
  const { samples } = useStep()
  const labelId = useId()
  const { items } = step.settings
  const result = evaluateText(items, samples)
  const isNoList = items !== '' && result.kind === 'value' && !Array.isArray(result.value)
  const count = result.kind === 'value' && Array.isArray(result.value) ? result.value.length : undefined
  return (
    <div className="flex flex-col gap-1.5">
      <span id={labelId} className="text-sm font-medium">
        {t('loop.items')}
        <span aria-hidden className="ml-1 text-failed-fg">
          *
        </span>
      </span>
      <ExpressionInput
        value={items}
        labelId={labelId}
        placeholder={t('loop.placeholder')}
        isInvalid={isNoList}
        onChange={(text) => onChange({ items: text }, 'items')}
      />
      {isNoList && <p className="text-xs text-failed-fg">{t('loop.noList')}</p>}
      {count !== undefined && <p className="text-xs text-ink-3">{t('loop.rounds', { count })}</p>}
      <p className="text-xs text-ink-3">{t('loop.help')}</p>
    </div>
  )
}
