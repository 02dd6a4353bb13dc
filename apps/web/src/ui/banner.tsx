import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'

const TONES = {
  plain: { box: 'border-line-2 bg-inset', icon: 'text-ink-3', Icon: Info },
  warning: { box: 'border-warning-border bg-warning-bg', icon: 'text-warning-fg', Icon: TriangleAlert },
  failed: { box: 'border-failed-border bg-failed-bg', icon: 'text-failed-fg', Icon: CircleAlert },
}

interface BannerProps {
  tone?: keyof typeof TONES
  actions?: ReactNode
  children: ReactNode
}

/** A notice that stays where it is until what it says is over. */
export function Banner({ tone = 'plain', actions, children }: BannerProps) {
  const { box, icon, Icon } = TONES[tone]
  return (
    <div
      role={tone === 'failed' ? 'alert' : 'status'}
      className={cx('flex items-start gap-2 rounded-md border px-3 py-2.5 text-sm', box)}
    >
      <Icon aria-hidden size={16} strokeWidth={1.5} className={cx('mt-0.5 shrink-0', icon)} />
      <div className="min-w-0 flex-1 break-words">{children}</div>
      {actions && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
    </div>
  )
}
