import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../ui/icon-button.tsx'
import { Select } from '../ui/select.tsx'

interface PagerProps {
  /** How much is in view. */
  words: string
  size: number
  sizes: readonly number[]
  /** The cursors of the pages before this one, and of this one. */
  pages: readonly string[] | undefined
  /** The cursor of the next page. */
  next: string | null
  onSize(size: number): void
  onTurn(pages: string[]): void
}

/** The foot of a list that shows one page at a time. */
export function Pager({ words, size, sizes, pages = [], next, onSize, onTurn }: PagerProps) {
  const { t } = useTranslation()
  return (
    <div className="flex items-center gap-2 text-sm text-ink-3">
      <span className="min-w-0">{words}</span>
      <span className="ml-auto shrink-0">{t('pager.rows')}</span>
      <span className="w-18 shrink-0 text-ink-1">
        <Select
          size="sm"
          label={t('pager.rows')}
          value={String(size)}
          options={sizes.map((count) => ({ value: String(count), label: String(count) }))}
          onChange={(value) => onSize(Number(value))}
        />
      </span>
      <IconButton
        size="sm"
        icon={ChevronLeft}
        label={t('pager.previous')}
        disabled={pages.length === 0}
        onClick={() => onTurn(pages.slice(0, -1))}
      />
      <IconButton
        size="sm"
        icon={ChevronRight}
        label={t('pager.next')}
        disabled={next === null}
        onClick={() => next !== null && onTurn([...pages, next])}
      />
    </div>
  )
}
