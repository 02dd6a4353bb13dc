import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'

interface DoneDialogProps {
  title: string
  description?: string
  onClose(): void
  children: ReactNode
}

/** Shows something to read or to copy, until the person is done with it. */
export function DoneDialog({ title, description, onClose, children }: DoneDialogProps) {
  const { t } = useTranslation()
  return (
    <Dialog
      open
      title={title}
      description={description}
      onClose={onClose}
      footer={
        <Button kind="primary" onClick={onClose}>
          {t('done')}
        </Button>
      }
    >
      {children}
    </Dialog>
  )
}
