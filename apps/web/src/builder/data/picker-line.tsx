import { ChevronDown, ChevronRight, Copy } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { relativeTime } from '../../app/format.ts'
import { cx } from '../../ui/cx.ts'
import { valueText } from '../../ui/value-rows.ts'
import { type Line, referenceTo } from './picker-lines.ts'
import { DRAGGED } from './picker-state.ts'
import { pathText } from './reference.ts'
import { StepTile } from './step-tile.tsx'

interface LineProps {
  line: Line
  top: number
  height: number
  isCurrent: boolean
  /** The whole path instead of the last key. */
  showsPath: boolean
  onTurn(): void
  onClick(): void
  onChoose(): void
  onCopy(): void
}

/** One line of the data picker. */
export function PickerLine({ line, top, height, isCurrent, ...rest }: LineProps) {
  const { onTurn, onClick } = rest
  const depth = line.kind === 'value' ? line.row.depth + 1 : 0
  const canTurn = line.kind === 'step' || (line.kind === 'value' && (line.row.size ?? 0) > 0 && !rest.showsPath)
  const isOpen = line.kind === 'step' ? line.isOpen : line.kind === 'value' && line.row.isOpen
  const Chevron = isOpen ? ChevronDown : ChevronRight
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the search field takes the keys
    <div
      id={`pick-${line.id}`}
      role="treeitem"
      tabIndex={-1}
      aria-level={depth + 1}
      aria-selected={isCurrent}
      aria-expanded={canTurn ? isOpen : undefined}
      draggable={line.kind === 'value'}
      onDragStart={(event) => line.kind === 'value' && event.dataTransfer.setData(DRAGGED, referenceTo(line.row))}
      onClick={onClick}
      style={{ transform: `translateY(${top}px)`, height, paddingLeft: 4 + Math.max(0, depth - 1) * 16 }}
      className={cx(
        'group/pick absolute top-0 left-0 flex w-full cursor-default items-center gap-1.5 rounded-xs pr-1 text-sm whitespace-nowrap hover:bg-hover',
        isCurrent && 'bg-active',
      )}
    >
      {canTurn ? (
        // biome-ignore lint/a11y/useKeyWithClickEvents: as above
        // biome-ignore lint/a11y/noStaticElementInteractions: as above
        <span
          className="grid size-4 shrink-0 place-items-center text-ink-3"
          onClick={(event) => {
            event.stopPropagation()
            onTurn()
          }}
        >
          <Chevron aria-hidden size={12} />
        </span>
      ) : (
        <span className="w-4 shrink-0" />
      )}
      <Content line={line} isCurrent={isCurrent} {...rest} />
    </div>
  )
}

type ContentProps = Pick<LineProps, 'line' | 'isCurrent' | 'showsPath' | 'onChoose' | 'onCopy'>

function Content({ line, isCurrent, showsPath, onChoose, onCopy }: ContentProps) {
  const { t } = useTranslation('fields')
  const { t: tCommon } = useTranslation()
  if (line.kind === 'note')
    return line.note === 'untested' ? (
      <span className="text-accent-text underline-offset-2 hover:underline">{t('picker.untested')}</span>
    ) : (
      <span className="text-ink-3">{tCommon('loading')}</span>
    )
  if (line.kind === 'step') {
    const { step } = line.source
    const last = step.type === 'EMPTY' ? undefined : step.settings.sampleData?.lastTestDate
    return (
      <>
        <StepTile step={step} size="sm" />
        <span className="min-w-0 flex-1 truncate font-medium">{step.displayName}</span>
        {last && <span className="text-xs text-ink-3">{relativeTime(last)}</span>}
      </>
    )
  }
  const { row } = line
  return (
    <>
      <span className={cx('font-mono text-[12.5px]', showsPath ? 'truncate' : 'shrink-0')}>
        {showsPath || row.path.length === 0 ? pathText(row.path) || t('picker.wholeOutput') : row.key}
      </span>
      {row.isEach && <span className="shrink-0 text-xs text-accent-text">{t('picker.allItems')}</span>}
      <PickedValue value={row.value} size={row.size} isEach={row.isEach} />
      {row.size !== undefined && (
        <button
          type="button"
          tabIndex={-1}
          onClick={(event) => {
            event.stopPropagation()
            onChoose()
          }}
          className={cx(
            'ml-auto shrink-0 rounded-xs px-1 text-xs text-accent-text group-hover/pick:block hover:bg-active',
            // A line that was clicked opens; where nothing hovers, this is the only way to insert it as a whole.
            isCurrent ? 'block' : 'hidden [@media(hover:none)]:block',
          )}
        >
          {t('picker.insertAll')}
        </button>
      )}
      <button
        type="button"
        tabIndex={-1}
        aria-label={t('picker.copyPath')}
        title={t('picker.copyPath')}
        onClick={(event) => {
          event.stopPropagation()
          onCopy()
        }}
        className="hidden size-5 shrink-0 [&:not(button+button)]:ml-auto place-items-center rounded-xs text-ink-3 group-hover/pick:grid hover:bg-active"
      >
        <Copy aria-hidden size={12} />
      </button>
    </>
  )
}

function PickedValue({ value, size, isEach }: { value: unknown; size: number | undefined; isEach: boolean }) {
  const { t } = useTranslation()
  if (size !== undefined)
    return (
      <span className="text-xs text-ink-3">
        {size === 0
          ? t('tree.empty')
          : Array.isArray(value)
            ? t('tree.items', { count: size })
            : t('tree.keys', { count: size })}
      </span>
    )
  const colour =
    typeof value === 'string'
      ? 'text-value-string'
      : typeof value === 'number'
        ? 'text-value-number'
        : 'text-value-keyword'
  const shown = isEach && Array.isArray(value) ? value.map(valueText).join(', ') : valueText(value)
  return <span className={cx('min-w-0 truncate font-mono text-[12.5px]', colour)}>{shown}</span>
}
