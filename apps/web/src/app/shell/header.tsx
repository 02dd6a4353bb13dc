import { useQuery } from '@tanstack/react-query'
import { Link, type LinkProps } from '@tanstack/react-router'
import { ChevronRight, Menu as MenuIcon } from 'lucide-react'
import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { projectsQuery } from '../../api/projects.ts'
import { useProjectId } from '../../api/session.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { openSidebar } from './sidebar-state.ts'

interface Crumb {
  label: string
  to: LinkProps['to']
  search?: LinkProps['search']
}

interface HeaderProps {
  /** The way here, from the project in view when nothing else is said; the page itself is `title`. */
  crumbs?: readonly Crumb[]
  title: ReactNode
  /** Next to the title: its state. */
  aside?: ReactNode
  actions?: ReactNode
}

function useProjectCrumb(): Crumb[] {
  const projectId = useProjectId()
  const { data: projects = [] } = useQuery(projectsQuery)
  return projects.flatMap(({ id, displayName }) =>
    id === projectId ? [{ label: displayName, to: '/automations' } as const] : [],
  )
}

/** The top of a page: where it is, its name and what can be done. */
export function Header({ crumbs, title, aside, actions }: HeaderProps) {
  const { t } = useTranslation()
  const project = useProjectCrumb()
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line-1 bg-raised px-6 max-sm:h-14 max-sm:px-2">
      <div className="sm:hidden">
        <IconButton icon={MenuIcon} label={t('shell.openPages')} onClick={() => openSidebar(true)} />
      </div>
      <nav aria-label={t('shell.crumbs')} className="flex min-w-0 items-center gap-1.5 whitespace-nowrap text-ink-3">
        {(crumbs ?? project).map((crumb) => (
          <Fragment key={crumb.label}>
            <Link
              to={crumb.to}
              search={crumb.search}
              className="max-w-50 shrink-0 truncate rounded-xs hover:text-ink-1 max-md:hidden"
            >
              {crumb.label}
            </Link>
            <ChevronRight aria-hidden size={14} className="shrink-0 max-md:hidden" />
          </Fragment>
        ))}
        <h1 className="min-w-0 truncate font-medium text-ink-1">{title}</h1>
      </nav>
      {aside}
      <div className="ml-auto flex shrink-0 items-center gap-2">{actions}</div>
    </header>
  )
}
