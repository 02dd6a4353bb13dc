import type { LucideIcon } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cx } from './cx.ts'
import { Tip } from './tooltip.tsx'

const SIZES = { md: 'size-8 rounded-md max-sm:size-11', sm: 'size-7 rounded-sm max-sm:size-9', xs: 'size-6 rounded-sm' }

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'> {
  icon: LucideIcon
  /** Its name, for the tooltip and for screen readers. */
  label: string
  shortcut?: string | undefined
  size?: keyof typeof SIZES
  /** Why it cannot be pressed now. */
  refusal?: string | undefined
}

/** A button that is an icon. Its name shows on hover and focus. */
export function IconButton(props: IconButtonProps) {
  const { icon: Icon, label, shortcut, size = 'md', refusal, disabled, title, className, ...rest } = props
  return (
    <Tip text={label} shortcut={shortcut}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        disabled={disabled || refusal !== undefined}
        title={refusal ?? title}
        className={cx(
          'inline-grid shrink-0 place-items-center text-ink-2 transition-colors hover:bg-hover hover:text-ink-1',
          'aria-pressed:bg-active aria-pressed:text-ink-1 data-popup-open:bg-active data-popup-open:text-ink-1',
          'disabled:bg-transparent disabled:text-ink-disabled',
          SIZES[size],
          className,
        )}
      >
        <Icon aria-hidden size={size === 'xs' ? 14 : 16} strokeWidth={1.5} />
      </button>
    </Tip>
  )
}
