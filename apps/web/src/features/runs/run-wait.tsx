import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { flowDiagnosisQuery } from '../../api/flows.ts'
import type { Run } from '../../api/runs.ts'
import { whyWords } from '../../app/why-words.ts'
import { Banner } from '../../ui/banner.tsx'
import type { OutlineRow } from './run-outline.ts'

const REASONS: Record<'QUEUED' | 'PAUSED', readonly string[]> = {
  QUEUED: ['LIMIT_REACHED', 'RUNS_WAIT'],
  PAUSED: ['RUNS_PAUSED'],
}

/** Why a run that is not over does not go on. */
export function RunWait({ run, rows }: { run: Run; rows: readonly OutlineRow[] }) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  const status = run.status === 'QUEUED' || run.status === 'PAUSED' ? run.status : undefined
  const { data } = useQuery({ ...flowDiagnosisQuery(run.flowId, run.id), enabled: status !== undefined })
  if (status === undefined) return null
  const fact = data?.facts.find(({ code }) => REASONS[status].includes(code))
  const paused = rows.find((row) => row.kind === 'step' && row.output?.status === 'PAUSED')
  const step = paused?.kind === 'step' ? paused.step.displayName : undefined
  return (
    <Banner>
      {step === undefined ? t(`wait.${status}`) : t('wait.at', { step })}
      {fact && <div className="text-ink-2">{whyWords(fact, common)}</div>}
    </Banner>
  )
}
