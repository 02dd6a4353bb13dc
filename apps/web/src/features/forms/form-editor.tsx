import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useBlocker } from '@tanstack/react-router'
import { Plus, Save } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../api/error-text.ts'
import { complaintsOf, type Form, graph } from '../../api/graph.ts'
import { useProjectId } from '../../api/session.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Field } from '../../ui/field.tsx'
import { Input } from '../../ui/input.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Textarea } from '../../ui/textarea.tsx'
import { notify } from '../../ui/toast.tsx'
import { translated } from './complaints.ts'
import { type DraftField, draftsOf, fieldToSend, newField } from './drafts.ts'
import { FieldList } from './field-list.tsx'
import { FormPreview } from './form-preview.tsx'

interface EditorProps {
  form: Form
  mayEdit: boolean
}

/** The words, the end and the fields of a form, with a picture of its page; saved by its button. */
export function FormEditor({ form, mayEdit }: EditorProps) {
  const { t } = useTranslation('forms')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const queries = useQueryClient()
  const [words, setWords] = useState({ ...form, redirect_url: form.redirect_url ?? '' })
  const [drafts, setDrafts] = useState<DraftField[]>(() => draftsOf(form.fields))
  const [isChanged, setChanged] = useState(false)
  const { name, description, thanks, redirect_url: redirect, status } = words
  const write = (change: Partial<typeof words>): void => {
    setWords((now) => ({ ...now, ...change }))
    setChanged(true)
  }
  const writeFields = (next: DraftField[]): void => {
    setDrafts(next)
    setChanged(true)
  }
  const save = useMutation({
    mutationFn: () =>
      graph(projectId).forms.update(form.id, {
        ...{ name: name.trim(), description, thanks, status },
        redirect_url: redirect.trim() === '' ? null : redirect.trim(),
        fields: drafts.map(({ field }) => fieldToSend(field)),
      }),
    onSuccess: async () => {
      setChanged(false)
      notify({ text: t('saved') })
      await queries.invalidateQueries({ queryKey: ['forms'] })
    },
  })
  useBlocker({
    enableBeforeUnload: isChanged,
    disabled: !isChanged,
    shouldBlockFn: async () => {
      const texts = { title: t('leaveTitle'), text: t('leaveText'), danger: true }
      return !(await confirm({ ...texts, confirm: t('leave'), cancel: t('stay') }))
    },
  })
  const complaints = translated(complaintsOf(save.error), t)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_380px] items-start gap-6 max-lg:grid-cols-1">
      <form
        noValidate
        className="flex max-w-180 flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        {save.error && (
          <Banner tone="failed">
            {Object.keys(complaints).length > 0 ? t('doesNotFit') : errorText(save.error, common)}
          </Banner>
        )}
        <fieldset disabled={!mayEdit} className="contents">
          <Field label={t('name')} required error={complaints.name}>
            <Input maxLength={255} value={name} onValueChange={(value) => write({ name: value })} />
          </Field>
          <Field label={t('description')} error={complaints.description}>
            <Textarea rows={2} value={description} onChange={({ target }) => write({ description: target.value })} />
          </Field>
          <FieldList drafts={drafts} complaints={complaints} mayEdit={mayEdit} onChange={writeFields} />
          <div>
            <Button icon={Plus} onClick={() => writeFields([...drafts, newField(drafts)])}>
              {t('addField')}
            </Button>
          </div>
          <Field label={t('thanks')} help={t('thanksHelp')} error={complaints.thanks}>
            <Textarea rows={2} value={thanks} onChange={({ target }) => write({ thanks: target.value })} />
          </Field>
          <Field label={t('redirect')} help={t('redirectHelp')} error={complaints.redirect_url}>
            <Input
              mono
              type="url"
              placeholder="https://"
              value={redirect}
              onValueChange={(value) => write({ redirect_url: value })}
            />
          </Field>
          <div className="flex items-center gap-2.5 text-sm">
            <Switch
              label={t('takesAnswers')}
              checked={status === 'open'}
              disabled={!mayEdit}
              onChange={(isOpen) => write({ status: isOpen ? 'open' : 'closed' })}
            />
            <span aria-hidden>{t('takesAnswers')}</span>
          </div>
          <div className="sticky bottom-0 flex items-center gap-3 border-t border-line-1 bg-app py-3">
            <Button kind="primary" type="submit" icon={Save} busy={save.isPending} disabled={!isChanged || !mayEdit}>
              {common('save')}
            </Button>
            <span role="status" className="text-sm text-ink-3">
              {mayEdit ? t(isChanged ? 'notSaved' : 'allSaved') : common('error.forbidden')}
            </span>
          </div>
        </fieldset>
      </form>
      <FormPreview name={name} description={description} fields={drafts.map(({ field }) => field)} />
    </div>
  )
}
