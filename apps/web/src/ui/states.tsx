import { CloudOff, Lock, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { cx } from './cx.ts'

interface StateProps {
  icon: LucideIcon
  title: string
  text?: ReactNode
  /** The actions that lead on from here. */
  actions?: ReactNode
  tone?: 'plain' | 'failed'
  className?: string
}

/** The message in place of content: nothing yet, not found, not allowed, failed. */
export const StateMessage = ({ icon: Icon, title, text, actions, tone = 'plain', className }: StateProps) => (
  <div className={cx('mx-auto flex max-w-105 flex-col items-start gap-3 px-6 py-12', className)}>
    <span
      aria-hidden
      className={cx(
        'grid size-8 place-items-center rounded-md',
        tone === 'failed' ? 'bg-failed-bg text-failed-fg' : 'bg-tile-neutral text-tile-ink',
      )}
    >
      <Icon size={18} strokeWidth={1.5} />
    </span>
    <div>
      <h2 className="text-lg font-strong">{title}</h2>
      {text && <div className="mt-1 break-words text-ink-2">{text}</div>}
    </div>
    {actions && <div className="flex flex-wrap items-center gap-x-3 gap-y-2">{actions}</div>}
  </div>
)

interface FailureProps {
  title: string
  text: string
  retryLabel: string
  onRetry(): void
  /** `Request req_…`, for the log of the server. */
  reference?: string | undefined
  isForbidden?: boolean
}

/** Content that could not be loaded: why, and how to try again. */
export const Failure = ({ title, text, retryLabel, onRetry, reference, isForbidden = false }: FailureProps) => (
  <div role="alert">
    <StateMessage
      icon={isForbidden ? Lock : CloudOff}
      tone="failed"
      title={title}
      text={
        <>
          {text}
          {reference && <div className="mt-2 font-mono text-xs text-ink-3">{reference}</div>}
        </>
      }
      actions={isForbidden ? undefined : <Button onClick={onRetry}>{retryLabel}</Button>}
    />
  </div>
)
