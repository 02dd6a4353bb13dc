import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../../api/client.ts'
import { createWith } from '../../../api/creating.ts'
import { errorText } from '../../../api/error-text.ts'
import { useProjectId } from '../../../api/session.ts'
import { freeName } from '../../../app/names.ts'
import { notify } from '../../../ui/toast.tsx'
import type { FlowActs } from '../use-flow-acts.ts'
import { type ExampleId, loadExample } from './index.ts'

/** Makes flows of an example and opens the last of them, which uses the others. */
export function useStartExample(acts: FlowActs) {
  const { t } = useTranslation('automations')
  const { t: common } = useTranslation()
  const projectId = useProjectId()
  const [starting, setStarting] = useState<ExampleId>()

  /** @returns whether it worked */
  const start = async (id: ExampleId): Promise<boolean> => {
    setStarting(id)
    const made: string[] = []
    try {
      const [{ flows }, taken] = await Promise.all([loadExample(id), acts.names()])
      const externalIds: string[] = []
      for (const [index, flow] of flows.entries()) {
        const text = externalIds.reduce(
          (all, known, at) => all.replaceAll(`EXAMPLE_FLOW_${at + 1}`, known),
          JSON.stringify(flow),
        )
        const content: object = JSON.parse(text)
        const displayName = freeName(flow.displayName, taken)
        const created = await createWith({ ...content, displayName }, { projectId })
        made.push(created.id)
        externalIds.push(created.externalId)
        // A flow that other flows call has to be published.
        if (index < flows.length - 1)
          await client.flows.operate({
            params: { id: created.id },
            body: { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } },
          })
      }
      await acts.refresh()
      const last = made.at(-1)
      if (last) acts.open(last)
      return true
    } catch (error) {
      await Promise.allSettled(made.map((flowId) => client.flows.remove({ params: { id: flowId } })))
      notify({ kind: 'failed', text: t('createFailed'), detail: errorText(error, common) })
      return false
    } finally {
      setStarting(undefined)
    }
  }
  return { start, starting }
}
