import { isPieceStep } from '@piecework/model/flow/piece-step'
import type { Step, Trigger } from '@piecework/model/flow/step'
import { walk } from '@piecework/model/flow/walk'
import type { ActionMetadata, TriggerMetadata } from '@piecework/model/piece/metadata'
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { useShallow } from 'zustand/react/shallow'
import type { Piece } from '../../connect/auth-of.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { StepTile } from '../data/step-tile.tsx'
import { useBuilder, useBuilderStore } from '../state/provider.tsx'
import { StepNameInput } from './step-name-input.tsx'
import type { ChangeStep } from './use-step-place.ts'
import { VersionBadge } from './version-badge.tsx'

interface PanelHeadProps {
  step: Step
  piece: Piece | undefined
  part: ActionMetadata | TriggerMetadata | undefined
  onChange: ChangeStep
}

/** Which step the panel is about, and the way to its neighbours. */
export function PanelHead({ step, piece, part, onChange }: PanelHeadProps) {
  const { t } = useTranslation('fields')
  const { t: tCommon } = useTranslation()
  const builder = useBuilderStore()
  const isReadOnly = useBuilder((state) => state.isReadOnly)
  const what = piece
    ? [piece.displayName, part?.displayName].filter(Boolean).join(', ')
    : isPieceStep(step)
      ? step.settings.pieceName
      : t(`kind.${step.type}`)
  return (
    <div className="flex h-14 shrink-0 items-center gap-2 border-b border-line-1 pr-2 pl-4">
      <StepTile step={step} />
      <div className="min-w-0 flex-1 leading-4.5">
        <StepNameInput
          name={step.displayName}
          isReadOnly={isReadOnly}
          onRename={(displayName) => onChange({ displayName }, 'displayName')}
        />
        <div className="truncate text-xs text-ink-3" title={what}>
          {what}
        </div>
      </div>
      {isPieceStep(step) && <VersionBadge step={step} isReadOnly={isReadOnly} onChange={onChange} />}
      <Ways name={step.name} />
      <IconButton icon={X} size="sm" label={tCommon('close')} onClick={() => builder.open(null)} />
    </div>
  )
}

/** The ways to the neighbours of a step; apart, as they stay while somebody types. */
const Ways = memo(function Ways({ name }: { name: string }) {
  const { t } = useTranslation('fields')
  const builder = useBuilderStore()
  const { before, next } = useBuilder(useShallow(({ version }) => neighboursOf(version.trigger, name)))
  return (
    <span className="flex">
      <IconButton
        icon={ChevronUp}
        size="sm"
        label={t('panel.previous')}
        disabled={before === undefined}
        onClick={() => before !== undefined && builder.open(before)}
      />
      <IconButton
        icon={ChevronDown}
        size="sm"
        label={t('panel.next')}
        disabled={next === undefined}
        onClick={() => next !== undefined && builder.open(next)}
      />
    </span>
  )
})

/** The names of the steps that are read before a step and after it. */
function neighboursOf(trigger: Trigger, name: string): { before: string | undefined; next: string | undefined } {
  const names = [...walk(trigger)].map((step) => step.name)
  const at = names.indexOf(name)
  return { before: names[at - 1], next: names[at + 1] }
}
