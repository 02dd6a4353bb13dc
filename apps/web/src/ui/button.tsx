import type { LucideIcon } from 'lucide-react'
import type { ComponentProps } from 'react'
import { cx } from './cx.ts'
import { Spinner } from './spinner.tsx'

export type ButtonKind = 'plain' | 'primary' | 'ghost' | 'danger' | 'warning'

const KINDS: Record<ButtonKind, string> = {
  plain:
    'border-line-control bg-control text-ink-1 shadow-control hover:bg-hover hover:border-line-control-hover active:bg-active data-popup-open:bg-active',
  primary:
    'border-accent bg-accent text-on-accent shadow-control hover:bg-accent-hover hover:border-accent-hover active:bg-accent-active',
  ghost: 'border-transparent text-ink-2 hover:bg-hover hover:text-ink-1 data-popup-open:bg-active',
  danger:
    'border-line-control bg-control text-failed-fg shadow-control hover:bg-failed-bg hover:border-failed-border active:bg-failed-bg',
  warning: 'border-warning-border bg-warning-bg text-warning-fg',
}

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  kind?: ButtonKind
  size?: 'md' | 'sm'
  icon?: LucideIcon
  /** The icon after the words, such as a chevron. */
  trailing?: LucideIcon
  /** Shows that its act is going on; further clicks do nothing. */
  busy?: boolean
  /** Why it cannot be pressed now. */
  refusal?: string | undefined
  type?: 'button' | 'submit'
}

/** A button with words. Phones get 44 px of height. */
export function Button({
  kind = 'plain',
  size = 'md',
  icon: Icon,
  trailing: Trailing,
  busy = false,
  refusal,
  disabled,
  title,
  type = 'button',
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled || refusal !== undefined}
      title={refusal ?? title}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={cx(
        'inline-flex shrink-0 items-center justify-center gap-1.5 border font-medium whitespace-nowrap transition-colors',
        'disabled:border-line-1 disabled:bg-hover disabled:text-ink-disabled disabled:shadow-none',
        size === 'md' ? 'h-8 rounded-md px-3 text-md max-sm:h-11' : 'h-7 rounded-sm px-2.5 text-sm max-sm:h-9',
        KINDS[kind],
        className,
      )}
    >
      {busy ? <Spinner /> : Icon && <Icon aria-hidden size={16} strokeWidth={1.5} className="shrink-0" />}
      {children}
      {Trailing && <Trailing aria-hidden size={14} strokeWidth={1.6} className="-mr-0.5 shrink-0" />}
    </button>
  )
}
