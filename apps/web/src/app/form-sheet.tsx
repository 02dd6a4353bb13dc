import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { errorText } from '../api/error-text.ts'
import { Banner } from '../ui/banner.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { FormActions } from './form-actions.tsx'

interface FormSheetProps {
  title: ReactNode
  description?: ReactNode
  shape?: 'dialog' | 'sheet'
  /** The words of the button that sends the form; without it nothing can be sent. */
  send?: string | undefined
  busy: boolean
  disabled?: boolean
  /** Why the server refused what was sent. */
  error?: Error | null
  /** At the left of the footer. */
  aside?: ReactNode
  onSend(): void
  onClose(): void
  children: ReactNode
}

/** A form in a sheet: its fields, and a footer that leaves or sends it. */
export function FormSheet(props: FormSheetProps) {
  const { title, description, shape = 'sheet', send, busy, disabled = false, error, aside, onSend, onClose } = props
  const { t } = useTranslation()
  const form = useId()
  return (
    <Dialog
      open
      shape={shape}
      title={title}
      description={description}
      onClose={onClose}
      footer={
        send !== undefined && (
          <>
            {aside}
            <FormActions form={form} send={send} busy={busy} disabled={disabled} onCancel={onClose} />
          </>
        )
      }
    >
      <form
        id={form}
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          onSend()
        }}
      >
        {error && <Banner tone="failed">{errorText(error, t)}</Banner>}
        {props.children}
      </form>
    </Dialog>
  )
}
