import { Field as BaseField } from '@base-ui/react/field'
import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export interface FieldProps {
  label: ReactNode
  /** Keeps the label for screen readers alone. */
  hidesLabel?: boolean
  required?: boolean
  help?: ReactNode
  /** The problem with the value, and what to do. */
  error?: string | undefined
  /** At the right of the label. */
  aside?: ReactNode
  className?: string
  children: ReactNode
}

/** A control with its label, its help and what is wrong with it, which screen readers read together. */
export function Field({ label, hidesLabel, required, help, error, aside, className, children }: FieldProps) {
  return (
    <BaseField.Root invalid={error !== undefined} className={cx('flex min-w-0 flex-col gap-1.5', className)}>
      <div className={hidesLabel ? 'sr-only' : 'flex min-h-5 items-center gap-1.5 text-sm'}>
        <BaseField.Label className="font-medium text-ink-1">
          {label}
          {required && (
            <span aria-hidden className="ml-1 text-failed-fg">
              *
            </span>
          )}
        </BaseField.Label>
        {aside && <div className="ml-auto flex items-center gap-2">{aside}</div>}
      </div>
      {children}
      {error !== undefined && (
        <BaseField.Error match className="flex gap-1.5 text-xs text-failed-fg">
          <CircleAlert aria-hidden size={14} className="mt-px shrink-0" />
          <span className="min-w-0 break-words">{error}</span>
        </BaseField.Error>
      )}
      {help && <BaseField.Description className="text-xs text-ink-3">{help}</BaseField.Description>}
    </BaseField.Root>
  )
}
