import type { StepOutput } from '@piecework/model/run/step-output'
import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { Run } from '../api/runs.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Select } from '../ui/select.tsx'
import { fullTime } from './format.ts'

/** Another run of the flow, next to the one that shows. */
export interface Comparison {
  isOn: boolean
  /** The other runs, newest first; undefined while they load. */
  runs: readonly Run[] | undefined
  chosen: string | undefined
  isLoaded: boolean
  /** The result of a step there. */
  outputOf(step: string): StepOutput | undefined
  start(): void
  stop(): void
  choose(runId: string): void
}

/** Chooses the run that this one is compared with. */
export function ComparisonLine({ comparison }: { comparison: Comparison }) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const { runs, chosen } = comparison
  const nameOf = (run: Run): string => `${common(`runStatus.${run.status}`)}, ${fullTime(run.startTime ?? run.created)}`
  return (
    <div className="flex min-h-10 items-center gap-2 border-b border-line-1 px-4 py-1 text-sm">
      {runs?.length === 0 ? (
        <p className="flex-1 text-ink-2">{t('compare.none')}</p>
      ) : (
        <>
          <span className="shrink-0 text-ink-2">{t('compare.title')}</span>
          <Select
            size="sm"
            label={t('compare.choose')}
            className="min-w-0 flex-1"
            value={chosen ?? null}
            disabled={runs === undefined}
            options={(runs ?? []).map((run) => ({ value: run.id, label: nameOf(run) }))}
            onChange={comparison.choose}
          />
        </>
      )}
      <IconButton size="sm" icon={X} label={t('compare.stop')} onClick={comparison.stop} />
    </div>
  )
}
