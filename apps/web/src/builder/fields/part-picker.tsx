import type { PieceAction, PieceTrigger } from '@piecework/model/flow/step'
import type { PropertyMetadata } from '@piecework/model/piece/property'
import { useTranslation } from 'react-i18next'
import type { Piece } from '../../connect/auth-of.ts'
import { Field } from '../../ui/field.tsx'
import { Select } from '../../ui/select.tsx'
import { useStep } from './step-context.ts'

interface PartPickerProps {
  step: PieceAction | PieceTrigger
  piece: Piece
  onChange(settings: Record<string, unknown>, field: string): void
}

/** Chooses what a step of a piece does, when it does not say yet or the piece has it no more. */
export function PartPicker({ step, piece, onChange }: PartPickerProps) {
  const { t } = useTranslation('fields')
  const { isReadOnly } = useStep()
  const isTrigger = step.type === 'PIECE_TRIGGER'
  const parts = Object.values(isTrigger ? piece.triggers : piece.actions)
  const name = isTrigger ? step.settings.triggerName : step.settings.actionName
  return (
    <Field
      label={isTrigger ? t('part.trigger') : t('part.action')}
      required
      error={name ? t('part.gone', { name, piece: piece.displayName }) : undefined}
    >
      <Select
        value={null}
        placeholder={t('choice.choose')}
        disabled={isReadOnly}
        options={parts.map((part) => ({ value: part.name, label: part.displayName, help: part.description }))}
        onChange={(chosen) => {
          const props: [string, PropertyMetadata][] = Object.entries(
            parts.find((part) => part.name === chosen)?.props ?? {},
          )
          const input = Object.fromEntries(
            props.flatMap(([key, { defaultValue }]) => (defaultValue === undefined ? [] : [[key, defaultValue]])),
          )
          onChange({ [isTrigger ? 'triggerName' : 'actionName']: chosen, input }, 'part')
        }}
      />
    </Field>
  )
}
