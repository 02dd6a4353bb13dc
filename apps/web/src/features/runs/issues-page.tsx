import { useInfiniteQuery } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type IssueStatus, issuesQuery } from '../../api/issues.ts'
import { useProjectId } from '../../api/session.ts'
import { GuideLink } from '../../app/guide-link.tsx'
import { Loaded } from '../../app/query-state.tsx'
import { Header } from '../../app/shell/header.tsx'
import { Page } from '../../app/shell/page.tsx'
import { ShowMore } from '../../app/show-more.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Th } from '../../ui/table.tsx'
import { BulkProgress } from './bulk-progress.tsx'
import { IssueRow } from './issue-row.tsx'

const STATUSES = ['UNRESOLVED', 'RESOLVED', 'ARCHIVED'] as const satisfies readonly IssueStatus[]

/** Failed runs by what went wrong. */
export default function IssuesPage() {
  const { t } = useTranslation('runs')
  const projectId = useProjectId()
  const [status, setStatus] = useState<IssueStatus>('UNRESOLVED')
  const issues = useInfiniteQuery(issuesQuery(projectId, status))
  return (
    <>
      <Header title={t('issues.title')} />
      <Page>
        <div>
          <Segmented<IssueStatus>
            label={t('issues.status')}
            value={status}
            onChange={setStatus}
            options={STATUSES.map((value) => ({ value, label: t(`issues.statusWord.${value}`) }))}
          />
        </div>
        <Loaded query={issues} skeleton={<RowsSkeleton />}>
          {(list) =>
            list.length === 0 ? (
              <StateMessage
                icon={CircleCheck}
                title={t(`issues.none.${status}`)}
                text={status === 'UNRESOLVED' ? t('issues.noneText') : undefined}
                actions={<GuideLink to="watch-runs" />}
              />
            ) : (
              <>
                <Table label={t('issues.title')}>
                  <thead>
                    <tr>
                      <Th>{t('issues.what')}</Th>
                      <Th className="w-48 max-md:hidden">{t('issues.where')}</Th>
                      <Th className="w-20 text-right">{t('issues.count')}</Th>
                      <Th className="w-30 max-sm:hidden">{t('issues.lastSeen')}</Th>
                      <ActsTh className="w-12" />
                    </tr>
                  </thead>
                  <tbody>
                    {list.map((issue) => (
                      <IssueRow key={issue.id} issue={issue} />
                    ))}
                  </tbody>
                </Table>
                <ShowMore list={issues} />
              </>
            )
          }
        </Loaded>
      </Page>
      <BulkProgress />
    </>
  )
}
