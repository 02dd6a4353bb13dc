import { useTranslation } from 'react-i18next'
import { CopyInput } from '../ui/copy-input.tsx'
import { Field } from '../ui/field.tsx'
import { DoneDialog } from './done-dialog.tsx'

interface SecretDialogProps {
  title: string
  /** The use of the secret. */
  text: string
  label: string
  value: string
  onClose(): void
}

/** Shows a secret, which nobody can read again. */
export function SecretDialog({ title, text, label, value, onClose }: SecretDialogProps) {
  const { t } = useTranslation()
  return (
    <DoneDialog title={title} description={text} onClose={onClose}>
      <Field label={label} help={t('keys.once')}>
        <CopyInput value={value} />
      </Field>
    </DoneDialog>
  )
}
