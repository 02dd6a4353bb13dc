import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ExternalLink, List, Share2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Form, formQuery } from '../../api/graph.ts'
import { useMay } from '../../api/members.ts'
import { useProjectId } from '../../api/session.ts'
import { Loaded } from '../../app/query-state.tsx'
import { Header } from '../../app/shell/header.tsx'
import { Page } from '../../app/shell/page.tsx'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { TEXT_LINK } from '../../ui/text-link.ts'
import { FormEditor } from './form-editor.tsx'
import { FormState } from './form-state.tsx'
import { Share } from './share.tsx'

/** One form, with its fields to edit. */
export default function FormPage() {
  const { t } = useTranslation('forms')
  const { formId } = useParams({ from: '/shell/project-forms/$formId' })
  const projectId = useProjectId()
  const mayEdit = useMay('WRITE_FLOW')
  const form = useQuery(formQuery(projectId, formId))
  const [shared, setShared] = useState<Form>()
  return (
    <>
      <Header
        crumbs={[{ label: t('title'), to: '/project-forms' }]}
        title={form.data?.name ?? ''}
        aside={form.data && <FormState status={form.data.status} />}
        actions={
          form.data && (
            <>
              <IconButton
                icon={ExternalLink}
                label={t('openPage')}
                onClick={() => void window.open(form.data.url, '_blank', 'noopener')}
              />
              <Button icon={Share2} onClick={() => setShared(form.data)}>
                {t('share')}
              </Button>
            </>
          )
        }
      />
      <Page>
        <Link
          to="/project-forms/$formId/submissions"
          params={{ formId }}
          className={`${TEXT_LINK} inline-flex items-center gap-1.5 self-start`}
        >
          <List aria-hidden size={14} />
          {t('submissions')}
        </Link>
        <Loaded query={form} skeleton={<RowsSkeleton />}>
          {(data) => <FormEditor key={data.id} form={data} mayEdit={mayEdit} />}
        </Loaded>
      </Page>
      {shared && <Share form={shared} onClose={() => setShared(undefined)} />}
    </>
  )
}
