import { Link, type LinkProps } from '@tanstack/react-router'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '../../ui/cx.ts'
import { Tip } from '../../ui/tooltip.tsx'
import { openSidebar } from './sidebar-state.ts'

interface NavItemProps {
  icon: LucideIcon
  label: string
  /** Made by `linkOptions`. */
  to: LinkProps
  isCollapsed: boolean
  /** At the right: a count, a shortcut. */
  aside?: ReactNode
}

export const NAV_ITEM =
  'flex h-8 w-full items-center gap-2.5 rounded-sm px-2 whitespace-nowrap text-ink-2 hover:bg-hover hover:text-ink-1 max-sm:h-11'

/** A page of the app in the sidebar. */
export function NavItem({ icon: Icon, label, to, isCollapsed, aside }: NavItemProps) {
  const link = (
    <Link
      {...to}
      preload="intent"
      onClick={() => openSidebar(false)}
      aria-label={isCollapsed ? label : undefined}
      className={cx(NAV_ITEM, isCollapsed && 'w-8 justify-center px-0')}
      activeProps={{ className: 'bg-active font-medium text-ink-1 [&_svg]:text-ink-1', 'aria-current': 'page' }}
    >
      <Icon aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-ink-3" />
      {!isCollapsed && <span className="min-w-0 flex-1 truncate">{label}</span>}
      {!isCollapsed && aside}
    </Link>
  )
  return isCollapsed ? (
    <Tip text={label} side="right">
      {link}
    </Tip>
  ) : (
    link
  )
}
