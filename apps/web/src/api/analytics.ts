import type { AnswerOf, Api } from '@piecework/sdk'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'

export type AnalyticsReport = AnswerOf<Api['analytics']['report']>
export type AnalyticsWindow = NonNullable<NonNullable<Parameters<typeof client.analytics.report>[0]>['query']>

/** Production runs of the projects that the person may enter; at most five minutes old. */
export const analyticsQuery = (query: AnalyticsWindow) =>
  queryOptions({
    queryKey: ['analytics', query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => client.analytics.report({ query, signal }),
  })
