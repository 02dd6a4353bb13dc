import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { TFunction } from 'i18next'
import { ChevronDown, FileInput, FolderPlus, LayoutGrid, Plus, Upload } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type FlowOverview, flowCountQuery } from '../../api/flows.ts'
import { useProjectId } from '../../api/session.ts'
import { useActions } from '../../app/actions.ts'
import { usePollWhileCut } from '../../app/live.ts'
import { Pager } from '../../app/pager.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { useRefusal } from '../../app/refusal.ts'
import { useRunRefresh } from '../../app/run-refresh.ts'
import { Header } from '../../app/shell/header.tsx'
import { Page } from '../../app/shell/page.tsx'
import { useNow } from '../../app/use-now.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { useHasRoom } from '../../ui/use-has-room.ts'
import { AutomationsList } from './automations-list.tsx'
import { type AutomationsSearch, PAGE_SIZES, requestOf } from './automations-search.ts'
import { AutomationsTable } from './automations-table.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { NothingFound, RowsSkeleton } from './page-states.tsx'
import { type Sheet, Sheets } from './sheets.tsx'
import { StartChoices } from './start-choices.tsx'
import { NO_FILTERS, Toolbar } from './toolbar.tsx'
import { useExport } from './use-export.ts'
import { useFlowActs } from './use-flow-acts.ts'
import { useRows } from './use-rows.ts'

const POLL_MS = 10_000
const NOW_MS = 5000
/** The queries whose data changes when runs begin or end. */
const STALE_WITH_RUNS = [['flows', 'overview'], ['runs']]

export default function AutomationsPage() {
  const { t } = useTranslation('automations')
  const projectId = useProjectId()
  const search = useSearch({ from: '/shell/automations' })
  const navigate = useNavigate({ from: '/automations' })
  const now = useNow(NOW_MS)
  useRunRefresh(STALE_WITH_RUNS)
  const { flows, folders, rows, isFlat } = useRows(search, projectId, usePollWhileCut(POLL_MS))
  const { data: total } = useQuery(flowCountQuery(projectId))
  const [chosen, setChosen] = useState<ReadonlyMap<string, FlowOverview>>(new Map())
  const [sheet, setSheet] = useState<Sheet | null>(null)
  const acts = useFlowActs()
  const hasRoom = useHasRoom()
  const exporting = useExport(acts)
  const clear = (): void => setChosen(new Map())

  const narrow = (change: AutomationsSearch): void => {
    clear()
    void navigate({ search: (old) => ({ ...old, ...change, pages: undefined }), replace: true })
  }
  const turnPage = (pages: string[]): void =>
    void navigate({ search: (old) => ({ ...old, pages: pages.length > 0 ? pages : undefined }) })
  const turnFolder = (id: string): void => {
    const { open = [] } = search
    const next = open.includes(id) ? open.filter((other) => other !== id) : [...open, id]
    void navigate({ search: (old) => ({ ...old, open: next.length > 0 ? next : undefined }), replace: true })
  }
  const choose = (which: readonly FlowOverview[], isOn: boolean): void => {
    const next = new Map(chosen)
    for (const flow of which) {
      if (isOn) next.set(flow.id, flow)
      else next.delete(flow.id)
    }
    setChosen(next)
  }
  usePageActions(setSheet, acts.create)

  const list = { rows, now, chosen, onChoose: choose, onTurn: turnFolder, acts, show: setSheet }
  const shown = rows.filter(({ kind }) => kind === 'flow').length
  // As they are now, where they are in view.
  const inView = new Map(rows.flatMap((row) => (row.kind === 'flow' ? [[row.flow.id, row.flow] as const] : [])))
  const fresh = new Map([...chosen].map(([id, flow]) => [id, inView.get(id) ?? flow]))
  const isFirstRun = !isFlat && total === 0 && folders.data?.length === 0
  const owners = [
    ...new Map(
      rows.flatMap((row) =>
        row.kind === 'flow' && row.flow.owner ? [[row.flow.owner.id, row.flow.owner] as const] : [],
      ),
    ).values(),
  ]

  return (
    <>
      <Header title={t('title')} actions={<HeaderActs show={setSheet} acts={acts} onExportAll={exporting.all} />} />
      <Page className={chosen.size > 0 ? 'pb-24' : undefined}>
        {isFirstRun ? (
          <StartChoices acts={acts} show={setSheet} />
        ) : (
          <>
            <Toolbar search={search} owners={owners} onChange={narrow} />
            <Loaded query={flows} skeleton={<RowsSkeleton />}>
              {({ next }) =>
                rows.length === 0 ? (
                  <NothingFound
                    isNarrowed={isFlat}
                    onClear={() => narrow(NO_FILTERS)}
                    onCreate={() => void acts.create()}
                  />
                ) : (
                  <>
                    {hasRoom ? (
                      <AutomationsTable {...list} search={search} onSort={narrow} />
                    ) : (
                      <AutomationsList {...list} />
                    )}
                    <Pager
                      words={
                        isFlat
                          ? t('found', { count: shown })
                          : inViewWords(t, folders.data?.length ?? 0, shown, total ?? shown)
                      }
                      size={search.size ?? PAGE_SIZES[0]}
                      sizes={PAGE_SIZES}
                      pages={search.pages}
                      next={next}
                      onSize={(size) => narrow({ size })}
                      onTurn={turnPage}
                    />
                  </>
                )
              }
            </Loaded>
            {chosen.size > 0 && (
              <BulkBar
                chosen={fresh}
                acts={acts}
                total={isFlat ? undefined : total}
                onChooseAll={async () => {
                  const { folderId: _, cursor: __, ...everything } = requestOf(search, projectId)
                  choose(await exporting.overviews(everything), true)
                }}
                onClear={clear}
                onExport={exporting.some}
                show={setSheet}
              />
            )}
          </>
        )}
      </Page>
      <Sheets sheet={sheet} acts={acts} onClose={() => setSheet(null)} onMoved={clear} />
    </>
  )
}

function inViewWords(t: TFunction<'automations'>, folders: number, count: number, total: number): string {
  const flows = t('shown', { count, total })
  return folders > 0 ? `${t('folders', { count: folders })}, ${flows}` : flows
}

interface HeaderActsProps {
  show(sheet: Sheet): void
  acts: ReturnType<typeof useFlowActs>
  onExportAll(): Promise<void>
}

function HeaderActs({ show, acts, onExportAll }: HeaderActsProps) {
  const { t } = useTranslation('automations')
  const [isCreating, setCreating] = useState(false)
  const refusal = useRefusal('WRITE_FLOW')
  return (
    <>
      <Button icon={FileInput} refusal={refusal} className="max-sm:hidden" onClick={() => show({ kind: 'import' })}>
        {t('import')}
      </Button>
      <span className="inline-flex">
        <Button
          kind="primary"
          icon={Plus}
          busy={isCreating}
          refusal={refusal}
          className="rounded-r-none max-sm:px-2.5"
          onClick={async () => {
            setCreating(true)
            await acts.create()
            setCreating(false)
          }}
        >
          {t('new')}
        </Button>
        <Menu
          trigger={
            <Button kind="primary" aria-label={t('more')} className="rounded-l-none border-l-on-accent/30 px-1.75">
              <ChevronDown aria-hidden size={14} strokeWidth={1.6} />
            </Button>
          }
          entries={[
            {
              ...{ id: 'example', label: t('fromExample'), icon: LayoutGrid, refusal },
              run: () => show({ kind: 'examples' }),
            },
            {
              ...{ id: 'folder', label: t('newFolder'), icon: FolderPlus, refusal },
              run: () => show({ kind: 'new-folder' }),
            },
            {
              ...{ id: 'import', label: t('importFiles'), icon: FileInput, refusal },
              run: () => show({ kind: 'import' }),
            },
            '-',
            { id: 'export', label: t('exportAll'), icon: Upload, run: () => void onExportAll() },
          ]}
        />
      </span>
    </>
  )
}

function usePageActions(show: (sheet: Sheet) => void, create: () => Promise<void>): void {
  const { t } = useTranslation('automations')
  const refusal = useRefusal('WRITE_FLOW')
  const latest = useRef(create)
  latest.current = create
  useActions(
    useMemo(() => {
      const group = t('title')
      return [
        {
          ...{ id: 'automations.new', label: t('new'), group, icon: Plus, refusal, shortcut: 'c' },
          run: () => void latest.current(),
        },
        {
          ...{ id: 'automations.folder', label: t('newFolder'), group, icon: FolderPlus, refusal },
          run: () => show({ kind: 'new-folder' }),
        },
        {
          ...{ id: 'automations.import', label: t('importFiles'), group, icon: FileInput, refusal },
          run: () => show({ kind: 'import' }),
        },
        {
          ...{ id: 'automations.example', label: t('fromExample'), group, icon: LayoutGrid, refusal },
          run: () => show({ kind: 'examples' }),
        },
      ]
    }, [t, show, refusal]),
  )
}
