import { useTranslation } from 'react-i18next'
import { Button } from '../ui/button.tsx'

interface FormActionsProps {
  /** The id of the form, which stands outside of the footer. */
  form: string
  /** The words of the button that sends it. */
  send: string
  busy: boolean
  disabled?: boolean
  onCancel(): void
}

/** The footer of a dialog with a form: leave it, or send it. */
export function FormActions({ form, send, busy, disabled = false, onCancel }: FormActionsProps) {
  const { t } = useTranslation()
  return (
    <>
      <Button onClick={onCancel}>{t('cancel')}</Button>
      <Button kind="primary" type="submit" form={form} busy={busy} disabled={disabled}>
        {send}
      </Button>
    </>
  )
}
