import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

/** The events that are kept of the trigger of a flow, newest first. */
export const triggerEventsQuery = (projectId: string, flowId: string) =>
  queryOptions({
    queryKey: ['trigger-events', flowId],
    queryFn: async ({ signal }) => {
      const page = await client.triggers.listEvents({ query: { projectId, flowId }, signal })
      return page.data
    },
  })
