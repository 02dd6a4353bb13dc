import { Link } from '@tanstack/react-router'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '../../ui/cx.ts'

export interface Section {
  page: string
  label: string
  icon: LucideIcon
  /** It begins pages of another kind. */
  isApart?: boolean
}

interface SectionsProps {
  label: string
  to: '/settings/{-$page}' | '/platform/{-$page}'
  sections: readonly Section[]
  current: string
  children: ReactNode
}

/** On a phone the list is a line that is wider than the screen: it shows where one is. */
const showCurrent = (link: HTMLAnchorElement | null): void => {
  const list = link?.parentElement
  if (!link || !list || list.scrollWidth <= list.clientWidth) return
  list.scrollLeft = link.offsetLeft - list.offsetLeft - (list.clientWidth - link.offsetWidth) / 2
}

/** Pages that belong together: their list at the left, one of them at the right. */
export const Sections = ({ label, to, sections, current, children }: SectionsProps) => (
  <div className="min-h-0 flex-1 overflow-y-auto">
    <div className="flex gap-8 px-6 pt-4 pb-8 max-md:flex-col max-md:gap-3 max-sm:px-3">
      <nav
        aria-label={label}
        className="flex w-46 shrink-0 flex-col gap-0.5 max-md:w-full max-md:flex-row max-md:overflow-x-auto"
      >
        {sections.map(({ page, label: name, icon: Icon, isApart }) => (
          <Link
            key={page}
            to={to}
            params={{ page }}
            ref={page === current ? showCurrent : undefined}
            aria-current={page === current ? 'page' : undefined}
            className={cx(
              'relative flex h-8 shrink-0 items-center gap-2.5 rounded-sm px-2 whitespace-nowrap text-ink-2 hover:bg-hover hover:text-ink-1 aria-[current=page]:bg-active aria-[current=page]:font-medium aria-[current=page]:text-ink-1 max-sm:h-11',
              isApart &&
                'md:mt-4 md:before:absolute md:before:inset-x-0 md:before:-top-2.25 md:before:border-t md:before:border-line-1',
            )}
          >
            <Icon aria-hidden size={16} strokeWidth={1.5} className="text-ink-3" />
            <span className="truncate">{name}</span>
          </Link>
        ))}
      </nav>
      <div className="flex max-w-220 min-w-0 flex-1 flex-col gap-4">{children}</div>
    </div>
  </div>
)

interface SectionHeadProps {
  title: string
  text?: ReactNode
  actions?: ReactNode
}

export const SectionHead = ({ title, text, actions }: SectionHeadProps) => (
  // On a phone, the text has the whole width below the title and the actions.
  <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 sm:items-start">
    <h2 className="text-lg font-strong">{title}</h2>
    {text && <p className="col-span-2 row-start-2 text-sm text-ink-2 sm:col-span-1">{text}</p>}
    {actions && <div className="col-start-2 row-start-1 sm:row-span-2">{actions}</div>}
  </div>
)
