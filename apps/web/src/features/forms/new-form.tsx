import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { graph } from '../../api/graph.ts'
import { useProjectId } from '../../api/session.ts'
import { FormActions } from '../../app/form-actions.tsx'
import { useAct } from '../../app/use-act.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

const FORM = 'new-form'

/** Makes a form with one field, and opens it. */
export function NewForm({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('forms')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const navigate = useNavigate()
  const act = useAct('forms')
  const [name, setName] = useState('')
  const create = (): void =>
    act.mutate({
      send: async () => {
        const fields = [{ name: 'email', type: 'email' as const, required: true, label: t('firstLabel') }]
        const { id } = await graph(projectId).forms.create({ name: name.trim(), fields })
        await navigate({ to: '/project-forms/$formId', params: { formId: id } })
      },
    })
  return (
    <Dialog
      open
      title={t('new')}
      onClose={onClose}
      closeLabel={common('close')}
      footer={
        <FormActions
          form={FORM}
          send={t('create')}
          busy={act.isPending}
          disabled={name.trim() === ''}
          onCancel={onClose}
        />
      }
    >
      <form
        id={FORM}
        onSubmit={(event) => {
          event.preventDefault()
          create()
        }}
      >
        <Field label={t('name')} help={t('nameHelp')}>
          <Input autoFocus required maxLength={255} value={name} onValueChange={setName} />
        </Field>
      </form>
    </Dialog>
  )
}
