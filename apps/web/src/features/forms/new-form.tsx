import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { graph } from '../../api/graph.ts'
import { useProjectId } from '../../api/session.ts'
import { FormSheet } from '../../app/form-sheet.tsx'
import { useAct } from '../../app/use-act.ts'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'

/** Makes a form with one field, and opens it. */
export function NewForm({ onClose }: { onClose(): void }) {
  const { t } = useTranslation('forms')
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
    <FormSheet
      shape="dialog"
      title={t('new')}
      send={t('create')}
      busy={act.isPending}
      disabled={name.trim() === ''}
      onSend={create}
      onClose={onClose}
    >
      <Field label={t('name')} help={t('nameHelp')}>
        <Input autoFocus required maxLength={255} value={name} onValueChange={setName} />
      </Field>
    </FormSheet>
  )
}
