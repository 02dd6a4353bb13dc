import { RUN_STATUSES } from '@piecework/model/run/run-statuses'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ListFilter, RefreshCw, Workflow } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { flowNamesQuery } from '../../api/flows.ts'
import { useMay } from '../../api/members.ts'
import { runsQuery } from '../../api/runs.ts'
import { useProjectId } from '../../api/session.ts'
import { number } from '../../app/format.ts'
import { GuideLink } from '../../app/guide-link.tsx'
import { useLiveState, usePollWhileCut } from '../../app/live.ts'
import { Pager } from '../../app/pager.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { useRunRefresh } from '../../app/run-refresh.ts'
import { Header } from '../../app/shell/header.tsx'
import { Page } from '../../app/shell/page.tsx'
import { useNow } from '../../app/use-now.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { cx } from '../../ui/cx.ts'
import { Filter } from '../../ui/filter.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { useHasRoom } from '../../ui/use-has-room.ts'
import { BulkBar } from './bulk-bar.tsx'
import { BulkProgress } from './bulk-progress.tsx'
import { RunsOverview } from './overview.tsx'
import { useRunActs } from './run-acts.ts'
import { RunsList } from './runs-list.tsx'
import { filtersOf, hasFilters, PAGE_SIZES, PERIOD_NAMES, parseRunsSearch, type RunsSearch } from './runs-search.ts'
import { RunsTable } from './runs-table.tsx'
import { isEmpty, NOTHING, type Selection } from './selection.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const POLL_MS = 5000
/** The queries whose data changes when runs begin or end. */
const STALE_WITH_RUNS = [['runs']]

export default function RunsPage() {
  const { t } = useTranslation('runs')
  const projectId = useProjectId()
  const queries = useQueryClient()
  const search = useSearch({ from: '/shell/runs' })
  const navigate = useNavigate({ from: '/runs' })
  // To the minute: a filter of the last hour must not ask again every second.
  const filters = filtersOf(search, Math.floor(useNow(MINUTE_MS) / MINUTE_MS) * MINUTE_MS)
  const size = search.size ?? PAGE_SIZES[0]
  const poll = usePollWhileCut(POLL_MS)
  const page = { projectId, ...filters, ...(search.archived && { includeArchived: true }) }
  const runs = useQuery(runsQuery({ ...page, cursor: search.pages?.at(-1), limit: size }, poll))
  // Only what runs counts its seconds.
  const now = useNow(runs.data?.data.some(({ status }) => status === 'RUNNING') ? SECOND_MS : POLL_MS)
  const [selection, setSelection] = useState<Selection>(NOTHING)
  const isConnected = useLiveState((state) => state.isConnected)
  const acts = useRunActs()
  const hasRoom = useHasRoom()
  useRunRefresh(STALE_WITH_RUNS)

  const narrow = (change: RunsSearch): void => {
    setSelection(NOTHING)
    void navigate({ search: (old) => ({ ...old, ...change, pages: undefined }), replace: true })
  }
  const turn = (pages: string[]): void =>
    void navigate({ search: (old) => ({ ...old, pages: pages.length > 0 ? pages : undefined }) })

  return (
    <>
      <Header
        title={t('title')}
        actions={
          <>
            <span className="flex items-center gap-1.5 text-sm text-ink-2">
              <span
                aria-hidden
                className={cx('size-2 rounded-full', isConnected ? 'bg-success-solid' : 'bg-skipped-solid')}
              />
              {isConnected ? t('live') : t('polling')}
            </span>
            <IconButton
              icon={RefreshCw}
              label={t('refresh')}
              onClick={() => queries.invalidateQueries({ queryKey: ['runs'] })}
            />
          </>
        }
      />
      <Page>
        <RunsOverview />
        {isEmpty(selection) ? (
          <Filters search={search} onChange={narrow} />
        ) : (
          <BulkBar
            selection={selection}
            filters={filters}
            shown={runs.data?.data.length ?? 0}
            hasMore={runs.data?.next !== null}
            onSelect={setSelection}
          />
        )}
        <Loaded query={runs} skeleton={<RowsSkeleton />}>
          {({ data, next }) =>
            data.length === 0 ? (
              <Nothing isFiltered={hasFilters(search)} onClear={() => narrow(NO_FILTERS)} />
            ) : (
              <>
                {hasRoom ? (
                  <RunsTable runs={data} now={now} selection={selection} onSelect={setSelection} acts={acts} />
                ) : (
                  <RunsList label={t('title')} runs={data} now={now} />
                )}
                <Pager
                  words={t('shown', { count: data.length, shown: number(data.length) })}
                  size={size}
                  sizes={PAGE_SIZES}
                  pages={search.pages}
                  next={next}
                  onSize={(rows) => narrow({ size: rows })}
                  onTurn={turn}
                />
              </>
            )
          }
        </Loaded>
        <BulkProgress />
      </Page>
    </>
  )
}

const NO_FILTERS: RunsSearch = { flow: undefined, status: undefined, since: undefined, step: undefined }

const some = <T,>(values: T[]): T[] | undefined => (values.length > 0 ? values : undefined)

function Filters({ search, onChange }: { search: RunsSearch; onChange(change: RunsSearch): void }) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const { data: flows = [] } = useQuery({ ...flowNamesQuery(projectId), enabled: useMay('READ_FLOW') })
  const { flow, status, since, step } = search
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Filter
        label={t('filter.started')}
        single
        values={since ? [since] : []}
        options={PERIOD_NAMES.map((value) => ({ value, label: t(`period.${value}`) }))}
        onChange={([value]) => onChange({ since: parseRunsSearch({ since: value }).since })}
      />
      <Filter
        label={t('filter.flow')}
        values={flow ?? []}
        options={flows.map(({ id, displayName }) => ({ value: id, label: displayName }))}
        onChange={(values) => onChange({ flow: some(values) })}
      />
      <Filter
        label={t('filter.status')}
        values={status ?? []}
        options={RUN_STATUSES.map((value) => ({
          value,
          label: common(`runStatus.${value}`),
        }))}
        onChange={(values) => onChange({ status: parseRunsSearch({ status: values }).status })}
      />
      {step && (
        <Filter
          label={t('filter.failedStep')}
          single
          values={[step]}
          options={[{ value: step, label: step }]}
          onChange={() => onChange({ step: undefined })}
        />
      )}
      {hasFilters(search) && (
        <Button kind="ghost" onClick={() => onChange(NO_FILTERS)}>
          {common('filter.clear')}
        </Button>
      )}
      <span className="ml-auto">
        <Checkbox checked={search.archived ?? false} onChange={(isOn) => onChange({ archived: isOn || undefined })}>
          {t('filter.archived')}
        </Checkbox>
      </span>
    </div>
  )
}

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear(): void }) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const mayReadFlows = useMay('READ_FLOW')
  return isFiltered ? (
    <StateMessage
      icon={ListFilter}
      title={t('none.filteredTitle')}
      text={t('none.filteredText')}
      actions={<Button onClick={onClear}>{common('filter.clear')}</Button>}
    />
  ) : (
    <StateMessage
      icon={Workflow}
      title={t('none.title')}
      text={t('none.text')}
      actions={
        <>
          {mayReadFlows && (
            <Link to="/automations" className={TEXT_LINK}>
              {t('none.action')}
            </Link>
          )}
          <GuideLink to="watch-runs" />
        </>
      }
    />
  )
}
