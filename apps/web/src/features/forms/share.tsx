import { useTranslation } from 'react-i18next'
import type { Form } from '../../api/graph.ts'
import { DoneDialog } from '../../app/done-dialog.tsx'
import { CopyInput } from '../../ui/copy-input.tsx'
import { Field } from '../../ui/field.tsx'

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

/** The lines that show a form in another page. */
const snippetOf = ({ url, name }: Form): string =>
  `<iframe src="${url}" title="${escaped(name)}" style="width: 100%; height: 640px; border: 0"></iframe>`

/** The link of a form, and what to write into another page. */
export function Share({ form, onClose }: { form: Form; onClose(): void }) {
  const { t } = useTranslation('forms')
  return (
    <DoneDialog title={t('share')} description={form.name} onClose={onClose}>
      <Field label={t('link')} help={t('linkHelp')}>
        <CopyInput value={form.url} />
      </Field>
      <Field label={t('snippet')} help={t('snippetHelp')}>
        <CopyInput value={snippetOf(form)} />
      </Field>
    </DoneDialog>
  )
}
