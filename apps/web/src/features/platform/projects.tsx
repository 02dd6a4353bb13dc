import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Ellipsis, FolderKanban, LogIn, Pencil, Plus, Search, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Project, projectPagesQuery } from '../../api/projects.ts'
import { number } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { ShowMore } from '../../app/show-more.tsx'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Input } from '../../ui/input.tsx'
import { Menu } from '../../ui/menu.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Td, Th, Tr } from '../../ui/table.tsx'
import { Tile } from '../../ui/tile.tsx'
import { ProjectSheet } from './project-sheet.tsx'
import { useProjectActs } from './use-project-acts.ts'

/** All projects of the platform. */
export function Projects() {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const [search, setSearch] = useState('')
  const projects = useInfiniteQuery({ ...projectPagesQuery(search.trim()), placeholderData: keepPreviousData })
  /** The project in the sheet; null for a new one. */
  const [edited, setEdited] = useState<Project | null>()
  const { open, remove } = useProjectActs()
  return (
    <>
      <SectionHead
        title={t('projects.title')}
        text={t('projects.text')}
        actions={
          <Button kind="primary" icon={Plus} onClick={() => setEdited(null)}>
            {t('projects.new')}
          </Button>
        }
      />
      <Input
        icon={Search}
        className="max-w-70 max-sm:max-w-none"
        aria-label={t('projects.search')}
        placeholder={t('projects.search')}
        value={search}
        onValueChange={setSearch}
      />
      <Loaded query={projects} skeleton={<RowsSkeleton />}>
        {(list) =>
          list.length === 0 ? (
            <StateMessage icon={FolderKanban} title={common('nothingFound')} text={t('projects.noneText')} />
          ) : (
            <>
              <Table label={t('projects.title')}>
                <thead>
                  <tr>
                    <Th>{common('name')}</Th>
                    <Th className="w-28 max-sm:hidden">{t('projects.kind')}</Th>
                    <Th className="w-20">{t('projects.members')}</Th>
                    <Th className="w-28 max-md:hidden">{t('projects.flows')}</Th>
                    <Th className="w-28 max-md:hidden">{t('projects.limit')}</Th>
                    <ActsTh className="w-12" />
                  </tr>
                </thead>
                <tbody>
                  {list.map((project) => (
                    <Tr key={project.id}>
                      <Td title={project.displayName}>
                        <span className="flex items-center gap-2.5">
                          <Tile name={project.displayName} size="sm" />
                          <button
                            type="button"
                            className="min-w-0 truncate rounded-xs font-medium hover:underline"
                            onClick={() => open(project.id)}
                          >
                            {project.displayName}
                          </button>
                        </span>
                      </Td>
                      <Td className="text-ink-2 max-sm:hidden">
                        {project.type === 'TEAM' ? t('projects.team') : t('projects.personal')}
                      </Td>
                      <Td className="text-ink-2 tabular-nums">{number(project.analytics.totalUsers)}</Td>
                      <Td className="text-ink-2 tabular-nums max-md:hidden">
                        {t('projects.flowCount', {
                          active: number(project.analytics.activeFlows),
                          all: number(project.analytics.totalFlows),
                        })}
                      </Td>
                      <Td className="text-ink-2 tabular-nums max-md:hidden">
                        {project.maxConcurrentJobs === null
                          ? t('projects.ofServer')
                          : number(project.maxConcurrentJobs)}
                      </Td>
                      <Td className="px-2 text-clip">
                        <Menu
                          trigger={
                            <IconButton
                              size="sm"
                              icon={Ellipsis}
                              label={t('projects.actsOf', { name: project.displayName })}
                            />
                          }
                          entries={[
                            { id: 'open', label: t('projects.open'), icon: LogIn, run: () => open(project.id) },
                            { id: 'edit', label: common('edit'), icon: Pencil, run: () => setEdited(project) },
                            '-',
                            {
                              id: 'delete',
                              label: common('delete'),
                              icon: Trash2,
                              danger: true,
                              refusal: project.abilities?.delete === false ? t('projects.personalStays') : undefined,
                              run: () => void remove(project),
                            },
                          ]}
                        />
                      </Td>
                    </Tr>
                  ))}
                </tbody>
              </Table>
              <ShowMore list={projects} />
            </>
          )
        }
      </Loaded>
      {edited !== undefined && <ProjectSheet project={edited} onClose={() => setEdited(undefined)} />}
    </>
  )
}
