import { CornerDownRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { duration } from '../../app/format.ts'
import { StepStatus } from '../../app/run-step-status.tsx'
import { cx } from '../../ui/cx.ts'
import { RoundPicker } from './round-picker.tsx'
import type { OutlineRow } from './run-outline.ts'

interface RunStepsProps {
  rows: readonly OutlineRow[]
  shown: string | undefined
  onShow(step: string): void
  onRound(loop: string, round: number): void
}

const INDENT_PX = 20

/** The steps of a run in their order, with loops and branches inside each other. */
export function RunSteps({ rows, shown, onShow, onRound }: RunStepsProps) {
  const { t } = useTranslation('runs')
  return (
    <ol aria-label={t('steps')} className="flex flex-col gap-1 p-4 max-sm:p-2">
      {rows.map((row) => {
        const indent = { marginLeft: row.depth * INDENT_PX }
        if (row.kind === 'branch')
          return (
            <li
              key={row.id}
              style={indent}
              className={cx('flex h-7 items-center gap-2 text-xs', row.wasTaken ? 'text-success-fg' : 'text-ink-3')}
            >
              <CornerDownRight aria-hidden size={14} />
              <span className="truncate font-medium">{row.name}</span>
              {row.wasTaken === false && <span>{t('notTaken')}</span>}
            </li>
          )
        const { step, output, rounds } = row
        return (
          <li key={step.name} style={indent} className="flex items-center gap-2">
            <button
              type="button"
              onClick={() => onShow(step.name)}
              aria-current={step.name === shown ? 'step' : undefined}
              className={cx(
                'flex min-h-11 min-w-0 flex-1 items-center gap-2.5 rounded-md border px-3 text-left',
                output ? 'border-line-2 bg-raised shadow-card' : 'border-dashed border-line-control text-ink-3',
                output?.status === 'FAILED' && 'border-failed-solid',
                step.name === shown && 'border-accent ring-1 ring-accent',
              )}
            >
              <StepStatus output={output} />
              <span className={cx('min-w-0 flex-1 truncate', output && 'font-strong')}>{step.displayName}</span>
              {output?.duration !== undefined && (
                <span className="text-xs text-ink-3 tabular-nums">{duration(output.duration)}</span>
              )}
            </button>
            {rounds && rounds.count > 0 && (
              <RoundPicker rounds={rounds} onRound={(round) => onRound(step.name, round)} />
            )}
          </li>
        )
      })}
    </ol>
  )
}
