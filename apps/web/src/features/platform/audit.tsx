import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Download, FileJson, FileSpreadsheet, History } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AuditEvent, auditQuery } from '../../api/administration.ts'
import { client } from '../../api/client.ts'
import { usersQuery } from '../../api/people.ts'
import { projectsQuery } from '../../api/projects.ts'
import { downloadBlob } from '../../app/download.ts'
import { GuideLink } from '../../app/guide-link.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { useAct } from '../../app/use-act.ts'
import { useNow } from '../../app/use-now.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Menu } from '../../ui/menu.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { AuditDetail } from './audit-detail.tsx'
import { auditFilterOf } from './audit-filter.ts'
import { type AuditChange, AuditFilters } from './audit-filters.tsx'
import { isNarrowed, NO_AUDIT_FILTERS } from './audit-search.ts'
import { AuditTable } from './audit-table.tsx'

const MINUTE_MS = 60_000

/** Who changed what, newest first. */
export function Audit() {
  const { t } = useTranslation('platform')
  const { t: common } = useTranslation()
  const search = useSearch({ from: '/shell/platform/{-$page}' })
  const navigate = useNavigate({ from: '/platform/{-$page}' })
  const { pages = [] } = search
  // To the minute: a filter of the last day must not ask again every second.
  const filter = auditFilterOf(search, Math.floor(useNow(MINUTE_MS) / MINUTE_MS) * MINUTE_MS)
  const query = useQuery(auditQuery(filter, pages.at(-1)))
  const act = useAct()
  // Each step can be gone back.
  const narrow = (change: AuditChange): void =>
    void navigate({ search: (old) => ({ ...old, ...change, pages: undefined }) })
  const turn = (next: string[]): void =>
    void navigate({ search: (old) => ({ ...old, pages: next.length > 0 ? next : undefined }) })
  const save = (format: 'csv' | 'json'): void =>
    act.mutate({
      send: async () =>
        downloadBlob(
          format === 'csv' ? 'audit-log.csv' : 'audit-log.jsonl',
          await client.auditEvents.export({ query: { ...filter, format } }),
        ),
    })
  const isFiltered = isNarrowed(search)
  const { data: users = [] } = useQuery(usersQuery)
  const { data: projects = [] } = useQuery(projectsQuery)
  const [shown, setShown] = useState<AuditEvent>()
  return (
    <>
      <SectionHead
        title={t('audit.title')}
        text={
          <>
            {t('audit.text')} <GuideLink to="audit-log" />
          </>
        }
        actions={
          <Menu
            trigger={
              <Button icon={Download} busy={act.isPending}>
                {t('audit.export')}
              </Button>
            }
            entries={[
              { id: 'csv', label: t('audit.csv'), icon: FileSpreadsheet, run: () => save('csv') },
              { id: 'json', label: t('audit.json'), icon: FileJson, run: () => save('json') },
            ]}
          />
        }
      />
      <AuditFilters key={search.ip} search={search} users={users} projects={projects} onChange={narrow} />
      <Loaded query={query} skeleton={<RowsSkeleton />}>
        {({ data, next }) =>
          data.length === 0 ? (
            <StateMessage
              icon={History}
              title={t(isFiltered ? 'audit.nothing' : 'audit.none')}
              text={t(isFiltered ? 'audit.nothingText' : 'audit.noneText')}
              actions={isFiltered && <Button onClick={() => narrow(NO_AUDIT_FILTERS)}>{t('audit.showAll')}</Button>}
            />
          ) : (
            <>
              <AuditTable events={data} users={users} projects={projects} onShow={setShown} />
              <div className="flex justify-end gap-2">
                <Button size="sm" disabled={pages.length === 0} onClick={() => turn(pages.slice(0, -1))}>
                  {common('pager.previous')}
                </Button>
                <Button size="sm" disabled={next === null} onClick={() => next !== null && turn([...pages, next])}>
                  {common('pager.next')}
                </Button>
              </div>
            </>
          )
        }
      </Loaded>
      {shown && (
        <Dialog open shape="sheet" title={shown.action} onClose={() => setShown(undefined)}>
          <AuditDetail event={shown} />
        </Dialog>
      )}
    </>
  )
}
