import type { Step } from '@piecework/model/flow/step'
import { isAction } from '@piecework/model/flow/walk'
import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleStop,
  CircleX,
  Ellipsis,
  LoaderCircle,
  type LucideIcon,
  TriangleAlert,
} from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { duration } from '../../app/format.ts'
import { failureWords } from '../../app/step-results.ts'
import { Badge } from '../../ui/badge.tsx'
import { cx } from '../../ui/cx.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { ContextMenu, Menu } from '../../ui/menu.tsx'
import { Tile } from '../../ui/tile.tsx'
import { shownKindOf } from '../steps/kinds/registry.ts'
import { pieceOf } from '../steps/pieces.ts'
import { problemOf } from '../steps/summary.ts'
import { type CardChange, CHANGE_TONES, useCanvas } from './context.ts'
import { type CardState, cardStateOf } from './run-states.ts'

const LOOKS: Record<CardState, { icon?: LucideIcon; colour: string }> = {
  plain: { icon: CircleDashed, colour: 'text-ink-3' },
  tested: { icon: CircleCheck, colour: 'text-success-fg' },
  incomplete: { icon: TriangleAlert, colour: 'text-warning-fg' },
  skipped: { icon: Ban, colour: 'text-skipped-fg' },
  failed: { icon: CircleX, colour: 'text-failed-fg' },
  succeeded: { icon: CircleCheck, colour: 'text-success-fg' },
  running: { icon: LoaderCircle, colour: 'text-running-fg animate-spin' },
  paused: { icon: CirclePause, colour: 'text-paused-fg' },
  stopped: { icon: CircleStop, colour: 'text-skipped-fg' },
  notRun: { colour: 'text-skipped-fg' },
}

const SELECTED =
  'border-accent shadow-[0_0_0_1px_var(--accent),0_0_0_4px_color-mix(in_oklch,var(--accent)_16%,transparent)]'
const FAILED_SELECTED =
  'border-failed-solid shadow-[0_0_0_1px_var(--failed-solid),0_0_0_4px_color-mix(in_oklch,var(--failed-solid)_16%,transparent)]'

/** The border of a card that differs from that of another version. */
const CHANGED: Record<CardChange, string> = {
  added: 'border-success-solid shadow-card',
  removed: 'border-dashed border-failed-solid [&_.font-strong]:line-through',
  changed: 'border-running-solid shadow-card',
  moved: 'border-line-control-hover shadow-card',
}

/** The border of a card and its shadow: one of each, or which of them wins would depend on the style sheet. */
function edgeOf(state: CardState, isChosen: boolean): string {
  if (isChosen) return state === 'failed' ? FAILED_SELECTED : SELECTED
  if (state === 'failed') return 'border-failed-solid shadow-card'
  if (state === 'incomplete') return 'border-warning-border shadow-card hover:border-warning-solid'
  if (state === 'skipped' || state === 'notRun') return 'border-line-control hover:border-line-control-hover'
  return 'border-line-2 shadow-card hover:border-line-control-hover'
}

/** A step on the canvas: what it is, what it does and how it stands. @param step its links may be old */
export const StepCard = memo(function StepCard({ step }: { step: Step }) {
  const { t } = useTranslation('builder')
  const { selected, open, outputs, changes, pieces, acts, setDragged, choose } = useCanvas()
  const change = changes?.get(step.name)
  const kind = shownKindOf(step)
  const output = outputs?.get(step.name)
  const state = cardStateOf(step, outputs)
  const isTrigger = !isAction(step)
  const isFlat = state === 'skipped' || state === 'notRun'
  const isChosen = selected.has(step.name) || open === step.name
  const reason =
    state === 'failed'
      ? failureWords(output?.errorMessage).title || undefined
      : state === 'incomplete'
        ? problemOf(step, pieces, t)
        : undefined
  const summary = reason ?? kind.summary(step, { pieces, t })
  const piece = pieceOf(step, pieces)
  const { icon: Icon, colour } = LOOKS[state]
  const entries = acts?.menuOf(step)
  const card = (
    <div
      className={cx(
        'group/step nopan relative flex h-14 w-70 items-center gap-2.5 rounded-md border px-2.75 transition-colors',
        isFlat ? 'border-dashed bg-canvas' : 'bg-raised',
        change && !isChosen ? CHANGED[change] : edgeOf(state, isChosen),
      )}
    >
      <button
        type="button"
        data-step={step.name}
        draggable={acts !== undefined && !isTrigger}
        aria-label={`${step.displayName}, ${change ? t(`publish.${change}`) : t(`state.${state}`)}`}
        aria-description={summary}
        aria-pressed={isChosen}
        onClick={(event) => choose(step.name, event.shiftKey)}
        onDragStart={(event) => {
          event.dataTransfer.setData('text/plain', step.name)
          event.dataTransfer.effectAllowed = 'move'
          setDragged(step.name)
        }}
        onDragEnd={() => setDragged(null)}
        className="nopan absolute inset-0 cursor-default rounded-md"
      />
      <Tile name={piece?.displayName ?? step.displayName} imageUrl={piece?.logoUrl} icon={kind.icon} size="lg" />
      <div className="min-w-0 flex-1">
        <div
          title={step.displayName}
          className={cx('truncate leading-5', isFlat ? 'font-medium text-ink-3' : 'font-strong')}
        >
          {step.displayName}
        </div>
        <div
          title={summary}
          className={cx(
            'truncate text-xs',
            state === 'failed' ? 'text-failed-fg' : state === 'incomplete' ? 'text-warning-fg' : 'text-ink-3',
          )}
        >
          {summary}
        </div>
      </div>
      <div
        className={cx(
          'flex shrink-0 items-center gap-1.5',
          output?.duration !== undefined && 'flex-col items-end gap-0.5',
        )}
      >
        {change && <Badge tone={CHANGE_TONES[change]}>{t(`publish.${change}`)}</Badge>}
        {isTrigger && !outputs && !changes && <Badge>{t('step.trigger')}</Badge>}
        {Icon && !changes && (
          <span title={t(`state.${state}`)}>
            <Icon aria-hidden size={16} strokeWidth={1.5} className={colour} />
          </span>
        )}
        {output?.duration !== undefined && (
          <span className="text-xs text-ink-3 tabular-nums">{duration(output.duration)}</span>
        )}
      </div>
      {entries && (
        <div className="relative -mr-1.5 hidden group-focus-within/step:block group-hover/step:block has-data-popup-open:block">
          <Menu
            trigger={<IconButton icon={Ellipsis} size="xs" label={t('step.actsOf', { name: step.displayName })} />}
            entries={entries}
          />
        </div>
      )}
    </div>
  )
  return entries ? <ContextMenu trigger={card} entries={entries} /> : card
})
