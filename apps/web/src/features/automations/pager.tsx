import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../ui/icon-button.tsx'
import { Select } from '../../ui/select.tsx'
import { type AutomationsSearch, PAGE_SIZES } from './automations-search.ts'

interface PagerProps {
  /** How much is in view. */
  words: string
  search: AutomationsSearch
  /** The cursor of the next page. */
  next: string | null
  onSize(size: number): void
  onTurn(pages: string[]): void
}

export function Pager({ words, search: { pages = [], size = PAGE_SIZES[0] }, next, onSize, onTurn }: PagerProps) {
  const { t } = useTranslation()
  return (
    <div className="flex flex-wrap items-center gap-2 text-sm text-ink-3">
      <span>{words}</span>
      <span className="ml-auto">{t('pager.rows')}</span>
      <span className="w-18 text-ink-1">
        <Select
          size="sm"
          label={t('pager.rows')}
          value={String(size)}
          options={PAGE_SIZES.map((count) => ({ value: String(count), label: String(count) }))}
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
