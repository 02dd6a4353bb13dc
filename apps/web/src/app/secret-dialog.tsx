import { useTranslation } from 'react-i18next'
import { Button } from '../ui/button.tsx'
import { CopyInput } from '../ui/copy-input.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'

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
    <Dialog
      open
      title={title}
      description={text}
      onClose={onClose}
      closeLabel={t('close')}
      footer={
        <Button kind="primary" onClick={onClose}>
          {t('done')}
        </Button>
      }
    >
      <Field label={label} help={t('keys.once')}>
        <CopyInput value={value} />
      </Field>
    </Dialog>
  )
}
