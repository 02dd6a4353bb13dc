import type { useVirtualizer } from '@tanstack/react-virtual'
import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { PickerLine } from './picker-line.tsx'
import { canOpen, type Line } from './picker-lines.ts'

interface TreeProps {
  lines: readonly Line[]
  words: string
  /** The index of the line that the keys act on. */
  current: number
  scroller: RefObject<HTMLDivElement | null>
  virtual: ReturnType<typeof useVirtualizer<HTMLDivElement, Element>>
  onCurrent(index: number): void
  onTurn(id: string): void
  onChoose(line: Line): void
  onCopy(line: Line): void
}

/** The lines of the data picker; only those in view are drawn. */
export function PickerTree({ lines, words, current, scroller, virtual, ...acts }: TreeProps) {
  const { t } = useTranslation('fields')
  return (
    <div
      ref={scroller}
      id="data-picker-tree"
      role="tree"
      aria-label={t('picker.title')}
      // The field keeps the focus and its caret.
      onMouseDown={(event) => event.preventDefault()}
      className="max-h-100 min-h-20 flex-1 overflow-auto border-t border-line-1 p-1"
    >
      <div role="presentation" style={{ height: virtual.getTotalSize() }} className="relative">
        {virtual.getVirtualItems().map(({ index, start, key, size }) => {
          const line = lines[index]
          if (!line) return null
          return (
            <PickerLine
              key={key}
              line={line}
              top={start}
              height={size}
              isCurrent={index === current}
              showsPath={words !== ''}
              onTurn={() => acts.onTurn(line.id)}
              onChoose={() => {
                acts.onCurrent(index)
                acts.onChoose(line)
              }}
              onClick={() => {
                acts.onCurrent(index)
                // A click opens a line that holds more; Enter, or its button, inserts it as a whole.
                if (canOpen(line) && words === '') acts.onTurn(line.id)
                else acts.onChoose(line)
              }}
              onCopy={() => acts.onCopy(line)}
            />
          )
        })}
      </div>
      {lines.length === 0 && (
        <p className="px-2 py-3 text-sm text-ink-3">
          {words === '' ? t('picker.nothing') : t('picker.nothingFound', { words })}
        </p>
      )}
    </div>
  )
}
