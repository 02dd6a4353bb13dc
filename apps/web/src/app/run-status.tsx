import type { FlowRunStatus } from '@piecework/model/run/status'
import { Ban, CircleCheck, CirclePause, CircleX, Clock, LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Tone } from '../ui/badge.tsx'
import { cx } from '../ui/cx.ts'

interface Look {
  tone: Tone
  icon: LucideIcon
}

const FAILED: Look = { tone: 'failed', icon: CircleX }

/** How each status of a run looks, everywhere. */
export const RUN_LOOKS: Readonly<Record<FlowRunStatus, Look>> = {
  QUEUED: { tone: 'skipped', icon: Clock },
  RUNNING: { tone: 'running', icon: LoaderCircle },
  PAUSED: { tone: 'paused', icon: CirclePause },
  SUCCEEDED: { tone: 'success', icon: CircleCheck },
  FAILED,
  INTERNAL_ERROR: FAILED,
  QUOTA_EXCEEDED: FAILED,
  MEMORY_LIMIT_EXCEEDED: FAILED,
  TIMEOUT: FAILED,
  LOG_SIZE_EXCEEDED: FAILED,
  CANCELED: { tone: 'skipped', icon: Ban },
}

const FOREGROUND: Partial<Record<Tone, string>> = {
  success: 'text-success-fg',
  running: 'text-running-fg',
  paused: 'text-paused-fg',
  failed: 'text-failed-fg',
  skipped: 'text-skipped-fg',
}

interface RunStatusProps {
  status: FlowRunStatus
  /** Hides the word for the usual status in dense lists; screen readers keep it. */
  quietSuccess?: boolean
  children?: ReactNode
}

/** The status of a run as icon and word, and more behind it, such as when. */
export function RunStatusMark({ status, quietSuccess = false, children }: RunStatusProps) {
  const { t } = useTranslation()
  const { tone, icon: Icon } = RUN_LOOKS[status]
  const isQuiet = quietSuccess && status === 'SUCCEEDED'
  return (
    <span className="inline-flex min-w-0 items-center gap-1.5 whitespace-nowrap">
      <Icon
        aria-hidden
        size={16}
        strokeWidth={1.5}
        className={cx('shrink-0', FOREGROUND[tone], status === 'RUNNING' && 'animate-spin')}
      />
      <span className={isQuiet ? 'sr-only' : undefined}>{t(`runStatus.${status}`)}</span>
      {children && <span className="truncate text-ink-3">{children}</span>}
    </span>
  )
}
