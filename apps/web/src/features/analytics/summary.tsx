import { useTranslation } from 'react-i18next'
import { duration, number, percent } from '../../app/format.ts'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import type { Totals } from './totals.ts'

const MINUTE_MS = 60_000

const savedText = (minutes: number | null): string => (minutes === null ? '–' : duration(minutes * MINUTE_MS))

/** The four numbers of the time. */
export function Summary({ totals }: { totals: Totals }) {
  const { t } = useTranslation('analytics')
  const { runs, failed, activeFlows, minutesSaved } = totals
  const share = runs === 0 ? undefined : percent(failed / runs)
  const facts = [
    { name: t('runs'), value: number(runs) },
    { name: t('failures'), value: number(failed), more: share && t('ofRuns', { percent: share }) },
    { name: t('activeFlows'), value: number(activeFlows) },
    {
      name: t('timeSaved'),
      value: savedText(minutesSaved),
      more: minutesSaved === null ? t('timeSavedNone') : undefined,
    },
  ]
  return (
    <dl className="grid grid-cols-4 gap-3 max-md:grid-cols-2">
      {facts.map(({ name, value, more }) => (
        <div key={name} className="flex min-w-0 flex-col rounded-md border border-line-2 bg-raised p-4">
          <dt className="text-xs text-ink-2">{name}</dt>
          <dd className="text-xl tabular-nums">
            {value}
            {more && <span className="block text-sm text-ink-2">{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** The same numbers, by project or by person. */
export function TotalsTable({ label, rows }: { label: string; rows: readonly Totals[] }) {
  const { t } = useTranslation('analytics')
  const { t: common } = useTranslation()
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Th>{common('name')}</Th>
          <Th className="w-24 max-sm:w-20 text-right">{t('runs')}</Th>
          <Th className="w-32 max-sm:w-24 text-right">{t('failures')}</Th>
          <Th className="w-32 max-sm:hidden text-right">{t('activeFlows')}</Th>
          <Th className="w-32 max-md:hidden text-right">{t('timeSaved')}</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, name, runs, failed, activeFlows, minutesSaved }) => (
          <Tr key={id}>
            <Td className="font-medium" title={name}>
              {name}
            </Td>
            <Td className="text-right tabular-nums">{number(runs)}</Td>
            <Td className="text-right tabular-nums">{number(failed)}</Td>
            <Td className="text-right tabular-nums max-sm:hidden">{number(activeFlows)}</Td>
            <Td className="text-right tabular-nums max-md:hidden">{savedText(minutesSaved)}</Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}
