import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { Download, Inbox } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type FormField, type FormSubmission, formQuery, graph, submissionsQuery } from '../../api/graph.ts'
import { useProjectId } from '../../api/session.ts'
import { downloadText } from '../../app/download.ts'
import { fullTime, relativeTime } from '../../app/format.ts'
import { Loaded } from '../../app/query-state.tsx'
import { Header } from '../../app/shell/header.tsx'
import { Page } from '../../app/shell/page.tsx'
import { ShowMore } from '../../app/show-more.tsx'
import { useAct } from '../../app/use-act.ts'
import { Button } from '../../ui/button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { answerText } from './answers.ts'
import { SubmissionSheet } from './submission-sheet.tsx'

/** As many answers fit into a line; the sheet of a submission has all. */
const COLUMNS = 3

/** The submissions of one form. */
export default function SubmissionsPage() {
  const { t } = useTranslation('forms')
  const { formId } = useParams({ from: '/shell/project-forms/$formId/submissions' })
  const projectId = useProjectId()
  const [kind, setKind] = useState<'real' | 'spam'>('real')
  const [shown, setShown] = useState<FormSubmission>()
  const form = useQuery(formQuery(projectId, formId))
  const submissions = useInfiniteQuery(submissionsQuery(projectId, formId, kind === 'spam'))
  const act = useAct()
  const name = form.data?.name ?? ''
  const download = (): void =>
    act.mutate({
      send: async () =>
        downloadText(`${name || formId}.csv`, await graph(projectId).forms.csv(formId, { spam: kind === 'spam' })),
    })
  return (
    <>
      <Header
        crumbs={[{ label: t('title'), to: '/project-forms' }]}
        title={t('submissionsOf', { name })}
        actions={
          <Button icon={Download} busy={act.isPending} onClick={download}>
            {t('csv')}
          </Button>
        }
      />
      <Page>
        <div>
          <Segmented<'real' | 'spam'>
            label={t('kind')}
            value={kind}
            options={(['real', 'spam'] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))}
            onChange={setKind}
          />
        </div>
        <Loaded query={submissions} skeleton={<RowsSkeleton />}>
          {(list) =>
            list.length === 0 ? (
              <StateMessage icon={Inbox} title={t(`noSubmissions.${kind}`)} text={t(`noSubmissionsText.${kind}`)} />
            ) : (
              <>
                <SubmissionTable fields={form.data?.fields ?? []} submissions={list} onShow={setShown} />
                <ShowMore list={submissions} />
              </>
            )
          }
        </Loaded>
      </Page>
      {shown && (
        <SubmissionSheet fields={form.data?.fields ?? []} submission={shown} onClose={() => setShown(undefined)} />
      )}
    </>
  )
}

interface TableProps {
  fields: readonly FormField[]
  submissions: readonly FormSubmission[]
  onShow(submission: FormSubmission): void
}

function SubmissionTable({ fields, submissions, onShow }: TableProps) {
  const { t } = useTranslation('forms')
  const columns = fields.slice(0, COLUMNS)
  return (
    <Table label={t('submissions')}>
      <thead>
        <tr>
          <Th className="w-40">{t('submittedAt')}</Th>
          {columns.map(({ name, label }, index) => (
            <Th key={name} className={index === 0 ? undefined : 'max-sm:hidden'}>
              {label || name}
            </Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {submissions.map((submission) => (
          <Tr key={submission.id}>
            <Td title={fullTime(submission.submitted_at)}>
              <button type="button" className="rounded-xs hover:underline" onClick={() => onShow(submission)}>
                {relativeTime(submission.submitted_at)}
              </button>
            </Td>
            {columns.map(({ name }, index) => (
              <Td key={name} className={index === 0 ? undefined : 'max-sm:hidden'}>
                {answerText(submission.data[name])}
              </Td>
            ))}
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}
