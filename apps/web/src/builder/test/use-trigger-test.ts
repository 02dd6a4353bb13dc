import type { TriggerMetadata } from '@piecework/model/piece/metadata'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { client } from '../../api/client.ts'
import { triggerEventsQuery } from '../../api/trigger-events.ts'
import { notify } from '../../ui/toast.tsx'
import type { FlowPlace } from '../data/samples.ts'
import { useBuilderStore } from '../state/provider.tsx'

interface Testing {
  stepName: string
  place: FlowPlace
  trigger: TriggerMetadata
}

/** How often a new event is looked for while one is waited for. */
const LOOK_MS = 1500
/** Loads the events of a trigger, waits for a new one, and keeps one as the data of the step. */
export function useTriggerTest({ stepName, place, trigger }: Testing) {
  const { t } = useTranslation('fields')
  const { projectId, flowId } = place
  const builder = useBuilderStore()
  const queries = useQueryClient()
  const [waitingSince, setWaitingSince] = useState<string | null | undefined>(undefined)
  const isWaiting = waitingSince !== undefined
  const events = useQuery({
    ...triggerEventsQuery(projectId, flowId),
    refetchInterval: isWaiting ? LOOK_MS : false,
  })
  const list = events.data ?? []
  const newest = list[0]
  const simulates = trigger.testStrategy === 'SIMULATION'

  const use = useMutation({
    mutationFn: (payload: unknown) =>
      builder.send({ type: 'SAVE_SAMPLE_DATA', request: { stepName, payload, type: 'OUTPUT' } }),
  })
  const begin = useMutation({
    mutationFn: async () => {
      await builder.settled()
      const flowVersionId = builder.getState().version.id
      const testStrategy = simulates ? 'SIMULATION' : 'TEST_FUNCTION'
      return client.triggers.test({ body: { projectId, flowId, flowVersionId, testStrategy } })
    },
    onSuccess: async ({ data }) => {
      await queries.invalidateQueries({ queryKey: ['trigger-events', flowId] })
      if (simulates) return setWaitingSince(newest?.id ?? null)
      const first = data.at(-1)
      if (first) use.mutate(first.payload)
      else notify({ text: t('trigger.none'), kind: 'failed' })
    },
  })
  const stop = useMutation({
    mutationFn: () => client.triggers.stopTest({ body: { projectId, flowId } }),
    onMutate: () => setWaitingSince(undefined),
  })
  const { mutate: keep } = use
  useEffect(() => {
    if (waitingSince === undefined || !newest || newest.id === waitingSince) return
    setWaitingSince(undefined)
    keep(newest.payload)
    notify({ text: t('trigger.came') })
  }, [waitingSince, newest, keep, t])

  return {
    ...{ list, newest, simulates, isWaiting, begin, stop, use },
    /** Takes the next event that comes. */
    wait: () => setWaitingSince(newest?.id ?? null),
    error: begin.error ?? stop.error ?? use.error,
  }
}
