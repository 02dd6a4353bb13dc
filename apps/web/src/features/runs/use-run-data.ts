import { stepNames } from '@piecework/model/flow/walk'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import type { Run } from '../../api/runs.ts'
import { frameOf } from '../../builder/steps/kinds/registry.ts'
import { notify } from '../../ui/toast.tsx'
import type { OutlineRow } from './run-outline.ts'

/** The most steps whose data is copied at once; the nearest ones before the chosen step come first. */
const MOST_STEPS = 100

/** Makes the outputs of a run's steps the sample data of the draft, and opens a step there. */
export function useRunData({ flowId }: Run, rows: readonly OutlineRow[], open: (step: string) => void) {
  const { t } = useTranslation('runs')
  const { t: common } = useTranslation()
  return useMutation({
    mutationFn: async (stepName: string) => {
      const { version, revision } = await client.flows.get({ params: { id: flowId } })
      const known = stepNames(version.trigger)
      const end = rows.findIndex((row) => row.kind === 'step' && row.step.name === stepName)
      const wanted = rows.slice(0, end + 1).flatMap((row) => {
        const hasData = row.kind === 'step' && row.output?.output !== undefined && known.has(row.step.name)
        // Steps with others inside have no data of their own: it follows from their settings.
        const isPlain = row.kind === 'step' && frameOf(row.step) === undefined
        return hasData && isPlain ? [{ stepName: row.step.name, payload: row.output?.output }] : []
      })
      for (const sample of wanted.slice(-MOST_STEPS))
        await client.flows.operate({
          params: { id: flowId },
          body: {
            ...{ type: 'SAVE_SAMPLE_DATA', request: { ...sample, type: 'OUTPUT' } },
            ...{ baseRevision: revision, clientOperationId: crypto.randomUUID() },
          },
        })
      return stepName
    },
    onSuccess: open,
    onError: (error) => notify({ kind: 'failed', text: t('actFailed'), detail: errorText(error, common) }),
  })
}
