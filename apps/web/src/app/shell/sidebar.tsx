import { linkOptions } from '@tanstack/react-router'
import {
  Blocks,
  ChartColumn,
  CircleAlert,
  ClipboardList,
  List,
  PlugZap,
  Search,
  Settings2,
  Shield,
  Workflow,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useRole } from '../../api/members.ts'
import { useSession } from '../../api/session.ts'
import { cx } from '../../ui/cx.ts'
import { Kbd } from '../../ui/kbd.tsx'
import { openPalette } from '../palette/palette-state.ts'
import { AccountMenu } from './account-menu.tsx'
import { HelpMenu } from './help-menu.tsx'
import { Logo } from './logo.tsx'
import { NAV_ITEM, NavItem } from './nav-item.tsx'
import { ProjectSwitcher } from './project-switcher.tsx'

// The router would take over the page of other sections.
const SETTINGS = linkOptions({ to: '/settings/{-$page}', params: { page: undefined } })
const PLATFORM = linkOptions({ to: '/platform/{-$page}', params: { page: undefined } })

/** The pages of a project, with the permission that they need. */
const PAGES = [
  { page: 'automations', icon: Workflow, to: linkOptions({ to: '/automations' }), needs: 'READ_FLOW' },
  { page: 'runs', icon: List, to: linkOptions({ to: '/runs' }), needs: 'READ_RUN' },
  { page: 'issues', icon: CircleAlert, to: linkOptions({ to: '/issues' }), needs: 'READ_RUN' },
  { page: 'analytics', icon: ChartColumn, to: linkOptions({ to: '/analytics' }), needs: undefined },
  { page: 'connections', icon: PlugZap, to: linkOptions({ to: '/connections' }), needs: 'READ_APP_CONNECTION' },
  { page: 'forms', icon: ClipboardList, to: linkOptions({ to: '/project-forms' }), needs: 'READ_FLOW' },
  { page: 'pieces', icon: Blocks, to: linkOptions({ to: '/pieces' }), needs: undefined },
] as const

/** The pages of the app. Collapsed, it shows icons alone. */
export function Sidebar({ isCollapsed }: { isCollapsed: boolean }) {
  const { t } = useTranslation()
  const isAdmin = useSession((state) => state.session?.isAdmin ?? false)
  const { may } = useRole()
  return (
    <nav
      aria-label={t('shell.pages')}
      className={cx(
        'flex min-h-0 flex-col gap-0.5 overflow-x-hidden overflow-y-auto border-r border-line-1 bg-sidebar p-2',
        isCollapsed ? 'w-12' : 'w-58 max-sm:w-full',
      )}
    >
      <Logo isCollapsed={isCollapsed} />
      <ProjectSwitcher isCollapsed={isCollapsed} />
      {PAGES.filter(({ needs }) => needs === undefined || may(needs)).map(({ page, icon, to }) => (
        <NavItem key={page} icon={icon} label={t(`nav.${page}`)} to={to} isCollapsed={isCollapsed} />
      ))}
      <hr className="my-2 shrink-0 border-line-1" />
      <NavItem icon={Settings2} label={t('nav.settings')} to={SETTINGS} isCollapsed={isCollapsed} />
      {isAdmin && <NavItem icon={Shield} label={t('nav.administration')} to={PLATFORM} isCollapsed={isCollapsed} />}
      <div className="flex-1" />
      <button
        type="button"
        onClick={openPalette}
        aria-label={isCollapsed ? t('shell.search') : undefined}
        className={cx(NAV_ITEM, isCollapsed && 'w-8 justify-center px-0')}
      >
        <Search aria-hidden size={16} strokeWidth={1.5} className="text-ink-3" />
        {!isCollapsed && <span className="flex-1 text-left">{t('shell.search')}</span>}
        {!isCollapsed && <Kbd keys="mod+k" />}
      </button>
      <HelpMenu isCollapsed={isCollapsed} />
      <AccountMenu isCollapsed={isCollapsed} />
    </nav>
  )
}
