import { useInfiniteQuery } from '@tanstack/react-query'
import { ClipboardList, Plus } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Form, formsQuery } from '../../api/graph.ts'
import { useMay } from '../../api/members.ts'
import { useProjectId } from '../../api/session.ts'
import { Loaded } from '../../app/query-state.tsx'
import { Header } from '../../app/shell/header.tsx'
import { Page } from '../../app/shell/page.tsx'
import { ShowMore } from '../../app/show-more.tsx'
import { Button } from '../../ui/button.tsx'
import { RowsSkeleton } from '../../ui/rows-skeleton.tsx'
import { StateMessage } from '../../ui/states.tsx'
import { ActsTh, Table, Th } from '../../ui/table.tsx'
import { FormRow } from './form-row.tsx'
import { NewForm } from './new-form.tsx'
import { Share } from './share.tsx'

/** The forms of the project, whose pages anybody may fill in. */
export default function FormsPage() {
  const { t } = useTranslation('forms')
  const projectId = useProjectId()
  const mayEdit = useMay('WRITE_FLOW')
  const forms = useInfiniteQuery(formsQuery(projectId))
  const [isMaking, setMaking] = useState(false)
  const [shared, setShared] = useState<Form>()
  const add = mayEdit && (
    <Button kind="primary" icon={Plus} onClick={() => setMaking(true)}>
      {t('new')}
    </Button>
  )
  return (
    <>
      <Header title={t('title')} actions={add} />
      <Page>
        <Loaded query={forms} skeleton={<RowsSkeleton />}>
          {(list) =>
            list.length === 0 ? (
              <StateMessage icon={ClipboardList} title={t('none')} text={t('noneText')} actions={add} />
            ) : (
              <>
                <Table label={t('title')}>
                  <thead>
                    <tr>
                      <Th>{t('name')}</Th>
                      <Th className="w-28">{t('state')}</Th>
                      <Th className="w-24 max-sm:hidden">{t('fields')}</Th>
                      <Th className="w-36 max-md:hidden">{t('changed')}</Th>
                      <ActsTh className="w-12" />
                    </tr>
                  </thead>
                  <tbody>
                    {list.map((form) => (
                      <FormRow key={form.id} form={form} mayEdit={mayEdit} onShare={() => setShared(form)} />
                    ))}
                  </tbody>
                </Table>
                <ShowMore list={forms} />
              </>
            )
          }
        </Loaded>
      </Page>
      {isMaking && <NewForm onClose={() => setMaking(false)} />}
      {shared && <Share form={shared} onClose={() => setShared(undefined)} />}
    </>
  )
}
