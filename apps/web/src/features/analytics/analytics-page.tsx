import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChartColumn, Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AnalyticsReport, type AnalyticsWindow, analyticsQuery } from '../../api/analytics.ts'
import { client } from '../../api/client.ts'
import { useMay } from '../../api/members.ts'
import { DayChart } from '../../app/day-chart.tsx'
import { downloadBlob } from '../../app/download.ts'
import { Loaded } from '../../app/query-state.tsx'
import { Header } from '../../app/shell/header.tsx'
import { Page } from '../../app/shell/page.tsx'
import { useAct } from '../../app/use-act.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Filter } from '../../ui/filter.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { Summary, TotalsTable } from './summary.tsx'
import { type Choice, columnsOf, narrowed, totalsBy } from './totals.ts'
import { type Days, lastDays, ownZone, WindowChoice } from './window.tsx'

/** Production runs of all projects that the person may enter: how many, how well, and the time that they saved. */
export default function AnalyticsPage() {
  const { t } = useTranslation('analytics')
  const [days, setDays] = useState(() => lastDays('last-month', ownZone()))
  const [choice, setChoice] = useState<Choice>({ projects: [], people: [] })
  const act = useAct()
  const query: AnalyticsWindow = { timezone: days.timezone, from: days.from, to: days.to }
  const report = useQuery(analyticsQuery(query))
  const names = useMemo(() => optionsOf(report.data), [report.data])
  const save = (): void =>
    act.mutate({
      send: async () => downloadBlob(`analytics-${days.from}-${days.to}.csv`, await client.analytics.export({ query })),
    })
  return (
    <>
      <Header
        title={t('title')}
        actions={
          <Button icon={Download} busy={act.isPending} onClick={save}>
            {t('csv')}
          </Button>
        }
      />
      <Page>
        <div className="flex flex-wrap items-center gap-2">
          <WindowChoice days={days} onChange={setDays} />
          <Filter
            label={t('project')}
            options={names.projects}
            values={choice.projects}
            onChange={(projects) => setChoice({ ...choice, projects })}
          />
          <Filter
            label={t('person')}
            options={names.people}
            values={choice.people}
            onChange={(people) => setChoice({ ...choice, people })}
          />
        </div>
        <Loaded query={report} skeleton={<Skeleton className="h-80 rounded-md" />}>
          {(data) => <Report report={data} choice={choice} days={days} />}
        </Loaded>
      </Page>
    </>
  )
}

function Report({ report, choice, days }: { report: AnalyticsReport; choice: Choice; days: Days }) {
  const { t } = useTranslation('analytics')
  const mayReadFlows = useMay('READ_FLOW')
  const [by, setBy] = useState<'project' | 'person'>('project')
  const shown = useMemo(() => narrowed(report, choice), [report, choice])
  const { unit, columns } = useMemo(() => columnsOf(shown.runs, days.from, days.to), [shown, days.from, days.to])
  const [all] = useMemo(() => totalsBy(shown, () => ({ id: 'all', name: '' })), [shown])
  const rows = useMemo(
    () =>
      totalsBy(shown, ({ projectId, projectName, ownerId }) => {
        if (by === 'project') return { id: projectId, name: projectName }
        const owner = report.users.find(({ id }) => id === ownerId)
        return owner && { id: owner.id, name: `${owner.firstName} ${owner.lastName}` }
      }),
    [shown, by, report.users],
  )
  if (days.from > days.to) return <Banner tone="warning">{t('backwards')}</Banner>
  if (!all)
    return (
      <StateMessage
        icon={ChartColumn}
        title={t('none')}
        text={t('noneText')}
        actions={
          mayReadFlows && (
            <Link to="/automations" className={TEXT_LINK}>
              {t('noneAction')}
            </Link>
          )
        }
      />
    )
  return (
    <>
      <Summary totals={all} />
      <section aria-label={t('chart')} className="rounded-md border border-line-2 bg-raised px-3 pt-3 pb-2">
        <h2 className="mb-2 text-xs text-ink-2">{t(`units.${unit}`)}</h2>
        <DayChart days={columns} unit={unit} />
      </section>
      <div>
        <Segmented<'project' | 'person'>
          label={t('by')}
          value={by}
          onChange={setBy}
          options={[
            { value: 'project', label: t('byProject') },
            { value: 'person', label: t('byPerson') },
          ]}
        />
      </div>
      <TotalsTable label={by === 'project' ? t('byProject') : t('byPerson')} rows={rows} />
    </>
  )
}

function optionsOf(report: AnalyticsReport | undefined) {
  const projects = new Map(report?.flows.map(({ projectId, projectName }) => [projectId, projectName]))
  const people = report?.users.map(({ id, firstName, lastName }) => ({ value: id, label: `${firstName} ${lastName}` }))
  return { projects: [...projects].map(([value, label]) => ({ value, label })), people: people ?? [] }
}
