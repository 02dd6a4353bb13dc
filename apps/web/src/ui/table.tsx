import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { cx } from './cx.ts'

/** A framed table; on a phone, pages show a list instead. */
export const Table = ({ label, children }: { label: string; children: ReactNode }) => (
  <div className="overflow-x-auto rounded-md border border-line-2 bg-raised">
    <table aria-label={label} className="w-full table-fixed border-separate border-spacing-0 text-sm">
      {children}
    </table>
  </div>
)

interface HeadProps extends Omit<ComponentProps<'th'>, 'onClick'> {
  /** The direction in which the table is sorted by this column. */
  sorted?: 'asc' | 'desc' | undefined
  onSort?(): void
}

export function Th({ sorted, onSort, className, children, ...rest }: HeadProps) {
  const Arrow = sorted === 'asc' ? ArrowUp : ArrowDown
  return (
    <th
      {...rest}
      scope="col"
      aria-sort={sorted && (sorted === 'asc' ? 'ascending' : 'descending')}
      className={cx(
        'h-9 border-b border-line-1 bg-inset px-3 text-left text-xs font-medium whitespace-nowrap text-ink-3',
        className,
      )}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className={cx('inline-flex items-center gap-1 rounded-xs hover:text-ink-1', sorted && 'text-ink-1')}
        >
          {children}
          {sorted && <Arrow aria-hidden size={12} strokeWidth={1.8} />}
        </button>
      ) : (
        <span className={cx('inline-flex items-center gap-1 align-middle', sorted && 'text-ink-1')}>
          {children}
          {sorted && <Arrow aria-hidden size={12} strokeWidth={1.8} />}
        </span>
      )}
    </th>
  )
}

/** The head of the column with what can be done with a row; `className` gives its width. */
export function ActsTh({ className }: { className: string }) {
  const { t } = useTranslation()
  return (
    <Th className={className}>
      <span className="sr-only">{t('actions')}</span>
    </Th>
  )
}

export const Td = ({ className, ...rest }: ComponentProps<'td'>) => (
  <td
    {...rest}
    className={cx(
      'h-10 truncate border-b border-line-1 px-3 [&>*]:align-middle [tr:last-child>&]:border-b-0',
      className,
    )}
  />
)

/** A row; the acts in it that have the class `row-act` show on hover and focus. */
export const Tr = ({ isSelected, className, ...rest }: ComponentProps<'tr'> & { isSelected?: boolean }) => (
  <tr
    {...rest}
    aria-selected={isSelected}
    className={cx('group/row', isSelected ? 'bg-accent-soft' : 'hover:bg-hover', className)}
  />
)

/** Acts of a row: seen on hover, on focus, and always where there is no hover. */
export const RowActs = ({ children }: { children: ReactNode }) => (
  <span className="flex items-center justify-end gap-1 opacity-0 group-focus-within/row:opacity-100 group-hover/row:opacity-100 has-data-popup-open:opacity-100 [@media(hover:none)]:opacity-100">
    {children}
  </span>
)
