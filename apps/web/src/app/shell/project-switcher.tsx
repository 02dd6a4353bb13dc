import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Check, ChevronsUpDown, Search } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { projectsQuery } from '../../api/projects.ts'
import { useProjectId } from '../../api/session.ts'
import { cx } from '../../ui/cx.ts'
import { Input } from '../../ui/input.tsx'
import { Popover } from '../../ui/popover.tsx'
import { Tile } from '../../ui/tile.tsx'
import { switchProject } from '../switch-project.ts'

const SEARCH_FROM = 8

/** Which project is in view, and the way to the others. */
export function ProjectSwitcher({ isCollapsed }: { isCollapsed: boolean }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const projectId = useProjectId()
  const { data: projects = [] } = useQuery(projectsQuery)
  const [isOpen, setOpen] = useState(false)
  const [search, setSearch] = useState('')
  const current = projects.find(({ id }) => id === projectId)
  const name = current?.displayName ?? ''
  const shown = projects.filter(({ displayName }) => displayName.toLowerCase().includes(search.toLowerCase()))

  const choose = (id: string): void => {
    setOpen(false)
    if (id === projectId) return
    switchProject(id)
    navigate({ to: '/automations' })
  }

  return (
    <Popover
      label={t('shell.projects')}
      open={isOpen}
      onOpenChange={setOpen}
      className="w-64"
      trigger={
        <button
          type="button"
          // While the projects load, the name has no letters yet.
          aria-label={name === '' ? t('shell.projects') : isCollapsed ? t('shell.projectIs', { name }) : undefined}
          className={cx(
            'mb-2 flex h-9 w-full items-center gap-2 rounded-md pr-2 pl-1.5 font-strong hover:bg-hover data-popup-open:bg-hover',
            isCollapsed && 'w-8 justify-center px-0',
          )}
        >
          <Tile name={name || '·'} size="sm" />
          {!isCollapsed && <span className="min-w-0 flex-1 truncate text-left">{name}</span>}
          {!isCollapsed && <ChevronsUpDown aria-hidden size={14} className="text-ink-3" />}
        </button>
      }
    >
      {projects.length >= SEARCH_FROM && (
        <Input
          size="sm"
          icon={Search}
          aria-label={t('shell.searchProjects')}
          placeholder={t('shell.searchProjects')}
          value={search}
          onValueChange={setSearch}
          className="mb-1"
        />
      )}
      <ul className="max-h-80 overflow-y-auto">
        {shown.map((project) => (
          <li key={project.id}>
            <button
              type="button"
              onClick={() => choose(project.id)}
              aria-current={project.id === projectId ? 'true' : undefined}
              className="flex h-8 w-full items-center gap-2 rounded-sm px-2 text-sm hover:bg-hover focus-visible:-outline-offset-2"
            >
              <Tile name={project.displayName} size="sm" />
              <span className="min-w-0 flex-1 truncate text-left">{project.displayName}</span>
              {project.id === projectId && <Check aria-hidden size={14} className="text-accent-text" />}
            </button>
          </li>
        ))}
        {shown.length === 0 && <li className="px-2 py-1.5 text-sm text-ink-3">{t('nothingFound')}</li>}
      </ul>
    </Popover>
  )
}
