import { Input as BaseInput } from '@base-ui/react/input'
import type { LucideIcon } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx.ts'

export const CONTROL =
  'w-full min-w-0 border border-line-control bg-control text-ink-1 transition-colors hover:border-line-control-hover ' +
  'focus-within:border-focus focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-focus ' +
  'has-aria-invalid:border-failed-solid has-disabled:bg-hover has-disabled:text-ink-disabled'

export interface InputProps extends Omit<ComponentProps<typeof BaseInput>, 'size' | 'className'> {
  icon?: LucideIcon
  size?: 'md' | 'sm'
  mono?: boolean
  /** Inside the frame, after the text. */
  trailing?: ReactNode
  className?: string
}

/** One line of text. Inside a `Field` it has the field's label and error. */
export function Input({ icon: Icon, size = 'md', mono = false, trailing, className, ...rest }: InputProps) {
  return (
    <div
      className={cx(
        CONTROL,
        'flex items-center gap-2 has-[input:read-only]:border-line-2 has-[input:read-only]:bg-inset',
        size === 'md' ? 'h-8 rounded-md px-2.5 max-sm:h-11' : 'h-7 rounded-sm px-2 text-sm max-sm:h-9',
        className,
      )}
    >
      {Icon && <Icon aria-hidden size={16} strokeWidth={1.5} className="shrink-0 text-ink-3" />}
      <BaseInput
        {...rest}
        className={cx('h-full w-full min-w-0 flex-1 bg-transparent outline-none', mono && 'font-mono text-[0.93em]')}
      />
      {trailing}
    </div>
  )
}
