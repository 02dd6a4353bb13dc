import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import { needsAuth } from '@piecework/model/flow/piece-step'
import type { PieceAction, PieceTrigger, Step } from '@piecework/model/flow/step'
import type { ActionMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import { useTranslation } from 'react-i18next'
import type { Piece } from '../../connect/auth-of.ts'
import { Banner } from '../../ui/banner.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { CodeSettings } from './code-settings.tsx'
import { ConnectionField } from './connection-field.tsx'
import { FailureSettings } from './failure-settings.tsx'
import { LoopSettings } from './loop-settings.tsx'
import { PartPicker } from './part-picker.tsx'
import { Properties } from './property-field.tsx'
import { RouterSettings } from './router-settings.tsx'
import type { ChangeStep } from './use-step-place.ts'

interface StepSettingsProps {
  step: Step
  piece: Piece | undefined
  part: ActionMetadata | TriggerMetadata | undefined
  refused: { field: string | undefined; reason: string; value: string | undefined } | undefined
  onChange: ChangeStep
  apply(operation: VersionOperation): void
}

/** The settings of a step, by its kind. */
export function StepSettings({ step, piece, part, refused, onChange, apply }: StepSettingsProps) {
  const { t } = useTranslation('fields')
  const change = (settings: Record<string, unknown>, field: string): void => onChange({ settings }, field)
  return (
    <>
      {refused && (
        <Banner tone="failed">
          {refused.field === undefined
            ? t('refused.step', { reason: refused.reason })
            : t('refused.field', { field: refused.field, reason: refused.reason })}
          {refused.value !== undefined && (
            <code className="mt-1 block font-mono text-xs break-all">{refused.value}</code>
          )}
        </Banner>
      )}
      {step.type === 'CODE' && <CodeSettings step={step} onChange={change} />}
      {step.type === 'LOOP_ON_ITEMS' && <LoopSettings step={step} onChange={change} />}
      {step.type === 'ROUTER' && <RouterSettings step={step} onChange={change} apply={apply} />}
      {step.type === 'EMPTY' && <p className="text-sm text-ink-2">{t('panel.noTrigger')}</p>}
      {(step.type === 'PIECE' || step.type === 'PIECE_TRIGGER') && (
        <PieceSettings step={step} piece={piece} part={part} onChange={change} />
      )}
      {(step.type === 'CODE' || (step.type === 'PIECE' && part)) && (
        <FailureSettings
          options={step.settings.errorHandlingOptions}
          offered={step.type === 'CODE' ? undefined : part?.errorHandlingOptions}
          onChange={(errorHandlingOptions) => change({ errorHandlingOptions }, 'errorHandlingOptions')}
        />
      )}
    </>
  )
}

interface PieceSettingsProps {
  step: PieceAction | PieceTrigger
  piece: Piece | undefined
  part: ActionMetadata | TriggerMetadata | undefined
  onChange(settings: Record<string, unknown>, field: string): void
}

function PieceSettings({ step, piece, part, onChange }: PieceSettingsProps) {
  const { input } = step.settings
  if (!piece)
    return (
      <div aria-busy className="flex flex-col gap-4">
        {[1, 2, 3].map((row) => (
          <div key={row} className="flex flex-col gap-2">
            <Skeleton className="w-24" />
            <Skeleton className="h-8 rounded-md" />
          </div>
        ))}
      </div>
    )
  if (!part) return <PartPicker step={step} piece={piece} onChange={onChange} />
  // Only the field that changed is part of the edit of that field.
  const change = (values: Record<string, unknown>): void => {
    const names = new Set([...Object.keys(values), ...Object.keys(input)])
    const field = [...names].find((name) => values[name] !== input[name]) ?? ''
    onChange({ input: values }, `input.${field}`)
  }
  return (
    <>
      {needsAuth(piece, part) && (
        <ConnectionField piece={piece} value={input.auth} onChange={(auth) => change({ ...input, auth })} />
      )}
      <Properties path="" properties={part.props} values={input} onChange={change} />
    </>
  )
}
