import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { cx } from './cx.ts'
import { IconButton } from './icon-button.tsx'

interface DialogProps {
  open: boolean
  onClose(): void
  title: ReactNode
  description?: ReactNode
  /** `sheet` comes from the right and leaves the page in view; it is the rule, `dialog` the exception. */
  shape?: 'dialog' | 'sheet'
  width?: number
  footer?: ReactNode
  children?: ReactNode
}

const SHAPES = {
  dialog:
    'top-1/2 left-1/2 max-h-[calc(100dvh-48px)] w-[calc(100vw-32px)] -translate-x-1/2 -translate-y-1/2 rounded-lg border',
  sheet:
    'top-0 right-0 h-dvh w-screen border-l transition-transform duration-(--normal) data-starting-style:translate-x-full data-ending-style:translate-x-full',
}

/** Holds the focus until it is closed, and gives it back then. */
export function Dialog(props: DialogProps) {
  const { open, onClose, title, description, shape = 'dialog', footer, children } = props
  const { t } = useTranslation()
  const width = props.width ?? (shape === 'sheet' ? 480 : 440)
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          style={{ maxWidth: width }}
          className={cx('fixed z-40 flex flex-col border-line-2 bg-float shadow-dialog outline-none', SHAPES[shape])}
        >
          <div className="flex items-start gap-3 pt-4 pr-3 pb-3 pl-5">
            <div className="min-w-0 flex-1 pt-1">
              <Base.Title className="text-lg font-strong break-words">{title}</Base.Title>
              {description && (
                <Base.Description className="mt-1 text-sm break-words text-ink-2">{description}</Base.Description>
              )}
            </div>
            <Base.Close render={<IconButton icon={X} label={t('close')} />} />
          </div>
          {children && (
            <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-5 pt-1 pb-5">{children}</div>
          )}
          {footer && (
            <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line-1 px-5 py-3">
              {footer}
            </div>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
