import { client } from '../../api/client.ts'
import { errorText } from '../../api/error-text.ts'
import type { FlowOverview } from '../../api/flows.ts'
import { notify } from '../../ui/toast.tsx'
import type { Acting } from './acting.ts'
import { inTurn } from './in-turn.ts'
import { refusalText } from './refusal.ts'

/** Switches a flow on or off; one that was never published is published. */
async function setStatus({ id, publishedVersionId }: FlowOverview, isOn: boolean): Promise<void> {
  const status = isOn ? 'ENABLED' : 'DISABLED'
  const body =
    isOn && publishedVersionId === null
      ? ({ type: 'LOCK_AND_PUBLISH', request: { status } } as const)
      : ({ type: 'CHANGE_STATUS', request: { status } } as const)
  await client.flows.operate({ params: { id }, body })
}

/** Switches one automation or several on and off. */
export function switchingActs({ t, common, refresh, open, during }: Acting) {
  return {
    switchTo: (flow: FlowOverview, isOn: boolean) =>
      during([flow.id], async () => {
        try {
          await setStatus(flow, isOn)
        } catch (error) {
          notify({
            kind: 'failed',
            text: isOn ? t('onRefused', { name: flow.displayName }) : t('offRefused', { name: flow.displayName }),
            detail: refusalText(error, t) ?? errorText(error, common),
            action: { label: t('open'), run: () => open(flow.id) },
          })
        }
        await refresh()
      }),
    switchAll: async (flows: readonly FlowOverview[], isOn: boolean): Promise<void> => {
      const wanted = flows.filter(({ status }) => (status === 'ENABLED') !== isOn)
      const failures = await inTurn(wanted, (flow) => setStatus(flow, isOn))
      await refresh()
      if (failures.length === 0)
        return void notify({ text: isOn ? t('on', { count: wanted.length }) : t('off', { count: wanted.length }) })
      notify({
        kind: 'failed',
        text: t('switchedSome', { count: failures.length, total: wanted.length }),
        detail: failures
          .slice(0, 5)
          .map(({ item, error }) => `${item.displayName}: ${refusalText(error, t) ?? errorText(error, common)}`)
          .join('\n'),
      })
    },
  }
}
