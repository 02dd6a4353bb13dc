import type { StepOutput } from '@piecework/model/run/step-output'
import {
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleStop,
  CircleX,
  LoaderCircle,
  type LucideIcon,
} from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { cx } from '../ui/cx.ts'

const LOOKS: Record<StepOutput['status'] | 'NONE', { icon: LucideIcon; colour: string }> = {
  RUNNING: { icon: LoaderCircle, colour: 'text-running-fg animate-spin' },
  SUCCEEDED: { icon: CircleCheck, colour: 'text-success-fg' },
  FAILED: { icon: CircleX, colour: 'text-failed-fg' },
  PAUSED: { icon: CirclePause, colour: 'text-paused-fg' },
  STOPPED: { icon: CircleStop, colour: 'text-skipped-fg' },
  NONE: { icon: CircleDashed, colour: 'text-skipped-fg' },
}

/** How a step ended; without an output, it did not run. */
export function StepStatus({ output, withWord = false }: { output: StepOutput | undefined; withWord?: boolean }) {
  const { t } = useTranslation('runs')
  const status = output?.status ?? 'NONE'
  const { icon: Icon, colour } = LOOKS[status]
  return (
    <span className="inline-flex shrink-0 items-center gap-1.5">
      <Icon aria-hidden size={16} strokeWidth={1.5} className={cx('shrink-0', colour)} />
      <span className={withWord ? 'text-sm' : 'sr-only'}>{t(`stepStatus.${status}`)}</span>
    </span>
  )
}
