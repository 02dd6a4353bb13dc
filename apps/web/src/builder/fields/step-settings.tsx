import type { VersionOperation } from '@piecework/model/flow/operations/registry'
import type { CodeAction, LoopAction, PieceAction, PieceTrigger, RouterAction, Step } from '@piecework/model/flow/step'
import type { ActionMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import type { Piece } from '../../connect/auth-of.ts'
import { Banner } from '../../ui/banner.tsx'
import { labelOf } from '../steps/summary.ts'
import { CodeSettings } from './code-settings.tsx'
import { LoopSettings } from './loop-settings.tsx'
import { PieceActionSettings, PieceSettings } from './piece-settings.tsx'
import { RouterSettings } from './router-settings.tsx'
import type { SettingsProps } from './types.ts'
import type { ChangeStep } from './use-step-place.ts'

interface StepSettingsProps {
  step: Step
  piece: Piece | undefined
  part: ActionMetadata | TriggerMetadata | undefined
  refused: { field: string | undefined; reason: string; value: string | undefined } | undefined
  onChange: ChangeStep
  apply(operation: VersionOperation): void
}

/** The form of a kind of step. It shows only steps of this kind. */
function formOf<S extends Step>(type: S['type'], Form: ComponentType<SettingsProps<S>>): ComponentType<SettingsProps> {
  const isOwn = (step: Step): step is S => step.type === type
  return ({ step, ...props }) => (isOwn(step) ? <Form step={step} {...props} /> : null)
}

function NoTrigger() {
  const { t } = useTranslation('fields')
  return <p className="text-sm text-ink-2">{t('panel.noTrigger')}</p>
}

/** The forms of the settings, by kind. The rest of each kind is in `steps/kinds`. */
const FORMS = {
  EMPTY: NoTrigger,
  PIECE_TRIGGER: formOf<PieceTrigger>('PIECE_TRIGGER', PieceSettings),
  CODE: formOf<CodeAction>('CODE', CodeSettings),
  LOOP_ON_ITEMS: formOf<LoopAction>('LOOP_ON_ITEMS', LoopSettings),
  ROUTER: formOf<RouterAction>('ROUTER', RouterSettings),
  PIECE: formOf<PieceAction>('PIECE', PieceActionSettings),
} as const satisfies Record<Step['type'], ComponentType<SettingsProps>>

/** The settings of a step, by its kind. */
export function StepSettings({ step, piece, part, refused, onChange, apply }: StepSettingsProps) {
  const { t } = useTranslation('fields')
  const { t: names } = useTranslation('builder')
  const Form = FORMS[step.type]
  const change = (settings: Record<string, unknown>, field: string): void => onChange({ settings }, field)
  return (
    <>
      {refused && (
        <Banner tone="failed">
          {refused.field === undefined
            ? t('refused.step', { reason: refused.reason })
            : t('refused.field', { field: labelOf(part, refused.field, names), reason: refused.reason })}
          {refused.value !== undefined && (
            <code className="mt-1 block font-mono text-xs break-all">{refused.value}</code>
          )}
        </Banner>
      )}
      <Form step={step} piece={piece} part={part} onChange={change} apply={apply} />
    </>
  )
}
