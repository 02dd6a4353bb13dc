import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { errorText } from '../../api/error-text.ts'
import { ask } from '../../app/live.ts'
import { notify } from '../../ui/toast.tsx'
import { useBuilderStore } from '../state/provider.tsx'

/** Runs the draft with the sample data of its trigger, and shows the run on the canvas. */
export function useFlowTest() {
  const { t: common } = useTranslation()
  const builder = useBuilderStore()
  return useMutation({
    mutationFn: async () => {
      await builder.settled()
      const { id, trigger } = builder.getState().version
      const event = isManual(trigger) ? 'MANUAL_TRIGGER_RUN_STARTED' : 'TEST_FLOW_RUN'
      const run = await ask<{ id: string }>(event, { flowVersionId: id })
      builder.show({ run: run.id })
    },
    onError: (error) => notify({ text: errorText(error, common), kind: 'failed' }),
  })
}

const isManual = (trigger: { settings: object }): boolean =>
  Reflect.get(trigger.settings, 'triggerName') === 'manual_trigger'
