import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

export type Tone = 'success' | 'running' | 'paused' | 'warning' | 'failed' | 'skipped' | 'plain' | 'accent'

const TONES: Record<Tone, string> = {
  success: 'border-success-border bg-success-bg text-success-fg',
  running: 'border-running-border bg-running-bg text-running-fg',
  paused: 'border-paused-border bg-paused-bg text-paused-fg',
  warning: 'border-warning-border bg-warning-bg text-warning-fg',
  failed: 'border-failed-border bg-failed-bg text-failed-fg',
  skipped: 'border-skipped-border bg-skipped-bg text-skipped-fg',
  plain: 'border-line-2 text-ink-2',
  accent: 'border-accent-border bg-accent-soft text-accent-text',
}

interface BadgeProps {
  tone?: Tone
  icon?: LucideIcon
  title?: string
  children: ReactNode
}

/** A word in a box, for a heading or for the one thing in a row that is odd. */
export const Badge = ({ tone = 'plain', icon: Icon, title, children }: BadgeProps) => (
  <span
    title={title}
    className={cx(
      'inline-flex h-5 shrink-0 items-center gap-1 rounded-full border px-1.75 text-xs font-medium whitespace-nowrap',
      TONES[tone],
    )}
  >
    {Icon && <Icon aria-hidden size={12} strokeWidth={1.8} className="-ml-0.5" />}
    {children}
  </span>
)
