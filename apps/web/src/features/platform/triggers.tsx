import { useQuery } from '@tanstack/react-query'
import { RadioTower } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { triggerHealthQuery } from '../../api/administration.ts'
import { number } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'

/** How triggers fared in the last two weeks, by piece. */
export function Triggers() {
  const { t } = useTranslation('platform')
  const query = useQuery(triggerHealthQuery)
  return (
    <>
      <SectionHead title={t('triggers.title')} text={t('triggers.text')} />
      <Loaded query={query} skeleton={<RowsSkeleton />}>
        {(pieces) => {
          const rows = Object.entries(pieces).map(([name, { dailyStats, totalRuns }]) => {
            const failed = Object.values(dailyStats).reduce((sum, day) => sum + day.failure, 0)
            return { name, totalRuns, failed }
          })
          if (rows.length === 0)
            return <StateMessage icon={RadioTower} title={t('triggers.none')} text={t('triggers.noneText')} />
          return (
            <Table label={t('triggers.title')}>
              <thead>
                <tr>
                  <Th>{t('triggers.piece')}</Th>
                  <Th className="w-32 text-right">{t('triggers.runs')}</Th>
                  <Th className="w-32 text-right">{t('triggers.failed')}</Th>
                </tr>
              </thead>
              <tbody>
                {rows
                  .toSorted((a, b) => b.failed - a.failed)
                  .map(({ name, totalRuns, failed }) => (
                    <Tr key={name}>
                      <Td className="font-medium">{name}</Td>
                      <Td className="text-right tabular-nums">{number(totalRuns)}</Td>
                      <Td className={failed > 0 ? 'text-right text-failed-fg tabular-nums' : 'text-right tabular-nums'}>
                        {number(failed)}
                      </Td>
                    </Tr>
                  ))}
              </tbody>
            </Table>
          )
        }}
      </Loaded>
    </>
  )
}
