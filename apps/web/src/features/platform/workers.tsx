import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { queuesQuery, workersQuery } from '../../api/administration.ts'
import { bytes, number, relativeTime } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { SectionHead } from '../../app/shell/sections.tsx'
import { Badge } from '../../ui/badge.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'

/** The machines that run flows, and what waits for them. */
export function Workers() {
  const { t } = useTranslation('platform')
  const workers = useQuery(workersQuery)
  const queues = useQuery(queuesQuery)
  return (
    <>
      <SectionHead title={t('workers.title')} text={t('workers.text')} />
      <Loaded query={queues} skeleton={<RowsSkeleton />}>
        {(list) => (
          <Table label={t('workers.queues')}>
            <thead>
              <tr>
                <Th>{t('workers.queue')}</Th>
                <Th className="w-32 text-right">{t('workers.waiting')}</Th>
                <Th className="w-32 text-right">{t('workers.running')}</Th>
              </tr>
            </thead>
            <tbody>
              {list.map((queue) => (
                <Tr key={queue.name}>
                  <Td className="font-medium">{queue.name}</Td>
                  <Td className="text-right tabular-nums">{number(queue.waiting)}</Td>
                  <Td className="text-right tabular-nums">{number(queue.active)}</Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </Loaded>
      <Loaded query={workers} skeleton={<RowsSkeleton />}>
        {(list) => (
          <Table label={t('workers.title')}>
            <thead>
              <tr>
                <Th>{t('workers.machine')}</Th>
                <Th className="w-28">{t('workers.state')}</Th>
                <Th className="w-32 text-right">{t('workers.cpu')}</Th>
                <Th className="w-40 text-right max-sm:hidden">{t('workers.memory')}</Th>
                <Th className="w-40 text-right max-md:hidden">{t('workers.disk')}</Th>
                <Th className="w-32 max-lg:hidden">{t('workers.seen')}</Th>
              </tr>
            </thead>
            <tbody>
              {list.map(({ id, information, status, updated }) => (
                <Tr key={id}>
                  <Td className="font-mono text-xs" title={information.workerId}>
                    {information.ip}
                  </Td>
                  <Td>
                    <Badge tone={status === 'ONLINE' ? 'success' : 'skipped'}>{t(`workers.${status}`)}</Badge>
                  </Td>
                  <Td className="text-right tabular-nums">
                    {Math.round(information.cpuUsagePercentage)} % / {information.totalCpuCores}
                  </Td>
                  <Td className="text-right tabular-nums max-sm:hidden">
                    {Math.round(information.ramUsagePercentage)} % / {bytes(information.totalAvailableRamInBytes)}
                  </Td>
                  <Td className="text-right tabular-nums max-md:hidden">
                    {Math.round(information.diskInfo.percentage)} % / {bytes(information.diskInfo.total)}
                  </Td>
                  <Td className="text-ink-3 max-lg:hidden">{relativeTime(updated)}</Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </Loaded>
    </>
  )
}
