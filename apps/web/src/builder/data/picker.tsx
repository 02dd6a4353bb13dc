import { useVirtualizer } from '@tanstack/react-virtual'
import { Search, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cx } from '../../ui/cx.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Input } from '../../ui/input.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { FLOAT } from '../../ui/menu-styles.ts'
import { notify } from '../../ui/toast.tsx'
import { canOpen, type Line, linesOf, referenceTo } from './picker-lines.ts'
import { closePicker, usePicker } from './picker-state.ts'
import { PickerTree } from './picker-tree.tsx'
import type { Source } from './samples.ts'

interface PickerProps {
  sources: readonly Source[]
  /** Shows the step, so that it can be tested. */
  onOpenStep(name: string): void
  className?: string
}

const LINE_PX = { step: 32, value: 24, note: 28 }

/** The data of earlier steps, next to the field that takes it. */
export function DataPicker({ sources, onOpenStep, className }: PickerProps) {
  const { t } = useTranslation('fields')
  const { target, calls } = usePicker()
  const [words, setWords] = useState('')
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set())
  const [current, setCurrent] = useState(0)
  const scroller = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const lines = useMemo(() => linesOf(sources, turned, words), [sources, turned, words])
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => LINE_PX[lines[index]?.kind ?? 'value'],
    getItemKey: (index) => lines[index]?.id ?? index,
    overscan: 12,
  })
  useEffect(() => {
    if (calls > 0) input.current?.focus()
  }, [calls])

  const turn = (id: string): void => {
    const next = new Set(turned)
    if (!next.delete(id)) next.add(id)
    setTurned(next)
  }
  const close = (): void => {
    target?.focus()
    closePicker()
  }
  const choose = (line: Line | undefined): void => {
    if (line?.kind === 'value') target?.insert(referenceTo(line.row))
    else if (line?.kind === 'step') turn(line.id)
    else if (line?.kind === 'note' && line.note === 'untested') onOpenStep(line.step)
  }
  const copy = (line: Line | undefined): void => {
    if (line?.kind !== 'value') return
    void navigator.clipboard.writeText(referenceTo(line.row)).then(() => notify({ text: t('picker.copied') }))
  }
  const go = (index: number): void => {
    const next = Math.max(0, Math.min(index, lines.length - 1))
    setCurrent(next)
    virtual.scrollToIndex(next)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const line = lines[current]
    const canTurn = line !== undefined && canOpen(line) && words === ''
    const isOpen = line?.kind === 'step' ? line.isOpen : line?.kind === 'value' && line.row.isOpen
    const isAtEdge = words === ''
    const acts: Record<string, (() => void) | false> = {
      ArrowDown: () => go(current + 1),
      ArrowUp: () => go(current - 1),
      PageDown: () => go(current + 10),
      PageUp: () => go(current - 10),
      ArrowRight: isAtEdge && canTurn && !isOpen && (() => turn(line.id)),
      ArrowLeft: isAtEdge && canTurn && isOpen && (() => turn(line.id)),
      Enter: () => choose(line),
      Escape: close,
      c: (event.metaKey || event.ctrlKey) && getSelection()?.toString() === '' && (() => copy(line)),
    }
    const act = acts[event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
  const active = lines[current]

  return (
    <section aria-label={t('picker.title')} data-picker className={cx(FLOAT, 'flex flex-col', className)}>
      <div className="flex items-center gap-2 pt-2 pr-2 pl-3">
        <h2 className="flex-1 text-sm font-strong">{t('picker.insert')}</h2>
        <IconButton icon={X} size="xs" label={t('picker.close')} onClick={close} />
      </div>
      <div className="px-3 pt-1 pb-2">
        <Input
          ref={input}
          size="sm"
          icon={Search}
          value={words}
          placeholder={t('picker.search')}
          aria-label={t('picker.search')}
          role="combobox"
          aria-expanded
          aria-controls="data-picker-tree"
          aria-activedescendant={active ? `pick-${active.id}` : undefined}
          onChange={(event) => {
            setWords(event.target.value)
            // The first find stands under the name of its step.
            setCurrent(event.target.value.trim() === '' ? 0 : 1)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <PickerTree
        {...{ lines, words, current, scroller, virtual }}
        onCurrent={setCurrent}
        onTurn={turn}
        onChoose={choose}
        onCopy={copy}
      />
      <div className="flex items-center gap-3 border-t border-line-1 px-3 py-2 text-xs text-ink-3">
        <Hint keys="enter" text={t('picker.insertKey')} />
        <Hint keys="mod+c" text={t('picker.copyKey')} />
        <Hint keys="escape" text={t('picker.closeKey')} />
      </div>
    </section>
  )
}

const Hint = ({ keys, text }: { keys: string; text: string }) => (
  <span className="inline-flex items-center gap-1 whitespace-nowrap">
    <Kbd keys={keys} />
    {text}
  </span>
)
