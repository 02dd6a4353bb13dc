import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cx } from './cx.ts'
import type { ValueMark } from './value-difference.ts'
import { type ValueRow, valueRows, valueText } from './value-rows.ts'

interface ValueTreeProps {
  value: unknown
  label: string
  /** Levels that are open at first. */
  openDepth?: number
  /** The differences from another value, by the ids of the lines: those that have one inside are open. */
  marks?: ReadonlyMap<string, ValueMark>
  /** At the end of a line: what can be done with its value. */
  aside?(row: ValueRow): ReactNode
  /** Enter or a click on a line that holds a single value. */
  onChoose?(row: ValueRow): void
  className?: string
}

const ROW_PX = 24

/** Any JSON as a tree; lines that are out of view are not drawn. Arrow keys walk it. */
export function ValueTree({ value, label, openDepth = 2, marks, aside, onChoose, className }: ValueTreeProps) {
  const { t } = useTranslation()
  const scroller = useRef<HTMLDivElement>(null)
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set())
  const [current, setCurrent] = useState(0)
  const rows = useMemo(
    () =>
      valueRows(value, (id, depth) => {
        const isOpenAtFirst = marks ? marks.get(id)?.kind === 'inside' : depth < openDepth
        return isOpenAtFirst !== turned.has(id)
      }),
    [value, turned, openDepth, marks],
  )
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })

  const turn = (id: string): void => {
    const next = new Set(turned)
    if (!next.delete(id)) next.add(id)
    setTurned(next)
  }
  const go = (index: number): void => {
    const next = Math.max(0, Math.min(index, rows.length - 1))
    setCurrent(next)
    virtual.scrollToIndex(next)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[current]
    const acts: Record<string, () => void> = {
      ArrowDown: () => go(current + 1),
      ArrowUp: () => go(current - 1),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => row?.size !== undefined && !row.isOpen && turn(row.id),
      ArrowLeft: () => row?.isOpen && turn(row.id),
      Enter: () => (row?.size === undefined ? row && onChoose?.(row) : turn(row.id)),
    }
    const act = acts[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }

  if (rows.length === 0) return <p className={cx('px-3 text-xs text-ink-3', className)}>{t('tree.empty')}</p>
  return (
    <div
      ref={scroller}
      role="tree"
      aria-label={label}
      aria-activedescendant={rows[current] && `${label}${rows[current].id}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      className={cx('max-h-full overflow-auto font-mono text-[12.5px] leading-6 outline-offset-[-2px]', className)}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize() }} className="relative">
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index]
          if (!row) return null
          const isBranch = row.size !== undefined
          const mark = marks?.get(row.id)
          const choose = (): void => {
            setCurrent(index)
            if (isBranch) turn(row.id)
            else onChoose?.(row)
          }
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys
            <div
              key={row.id}
              id={`${label}${row.id}`}
              role="treeitem"
              tabIndex={-1}
              aria-level={row.depth + 1}
              aria-expanded={isBranch ? row.isOpen : undefined}
              aria-selected={index === current}
              onClick={choose}
              style={{ transform: `translateY(${start}px)`, paddingLeft: 8 + row.depth * 16 }}
              className={cx(
                'group/value absolute top-0 left-0 flex h-6 w-full cursor-default items-center gap-1 rounded-xs pr-2 whitespace-nowrap hover:bg-hover',
                index === current && 'bg-hover',
                mark && MARK_LOOKS[mark.kind],
              )}
            >
              <span aria-hidden className="w-3 shrink-0 text-ink-3">
                {isBranch && row.size !== 0 && (row.isOpen ? <ChevronDown size={12} /> : <ChevronRight size={12} />)}
              </span>
              {mark && <MarkSign kind={mark.kind} />}
              {row.key !== '' && <span className="shrink-0">{row.key}</span>}
              <span className="ml-1 min-w-0 truncate">
                {mark?.kind === 'changed' && <Before value={mark.before} />}
                {isBranch ? <Size row={row} /> : <Single value={row.value} />}
              </span>
              {aside && <span className="ml-auto shrink-0 pl-2">{aside(row)}</span>}
            </div>
          )
        })}
      </div>
    </div>
  )
}

const MARK_LOOKS: Record<ValueMark['kind'], string> = {
  added: 'bg-success-bg',
  removed: 'bg-failed-bg line-through',
  changed: 'bg-warning-bg',
  inside: '',
}

const MARK_SIGNS: Record<ValueMark['kind'], string> = { added: '+', removed: '−', changed: '~', inside: '' }

/** A sign in front of a line that differs, and the word for it where it is read aloud. */
function MarkSign({ kind }: { kind: ValueMark['kind'] }) {
  const { t } = useTranslation()
  if (kind === 'inside') return null
  return (
    <span className="w-3 shrink-0 text-center text-ink-2 no-underline" title={t(`tree.${kind}`)}>
      <span aria-hidden>{MARK_SIGNS[kind]}</span>
      <span className="sr-only">{t(`tree.${kind}`)}: </span>
    </span>
  )
}

/** The value of the other side, in front of the one that is there. */
function Before({ value }: { value: unknown }) {
  return (
    <>
      <del className="text-ink-2">{valueText(value)}</del>
      <span className="text-ink-2">{' → '}</span>
    </>
  )
}

function Size({ row }: { row: ValueRow }) {
  const { t } = useTranslation()
  const count = row.size ?? 0
  const text =
    count === 0 ? t('tree.empty') : Array.isArray(row.value) ? t('tree.items', { count }) : t('tree.keys', { count })
  return <span className="font-sans text-xs text-ink-2">{text}</span>
}

function Single({ value }: { value: unknown }) {
  const colour =
    typeof value === 'string'
      ? 'text-value-string'
      : typeof value === 'number'
        ? 'text-value-number'
        : 'text-value-keyword'
  return <span className={colour}>{valueText(value)}</span>
}
