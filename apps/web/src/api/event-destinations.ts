import type { AnswerOf, Api } from '@piecework/sdk'
import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'
import { growingList } from './growing-list.ts'

export type EventDestination = AnswerOf<Api['eventDestinations']['list']>['data'][number]
export type EventDelivery = AnswerOf<Api['eventDestinations']['deliveries']>['data'][number]
export type EventName = EventDestination['events'][number]

/** The limit of a platform. */
const MOST = 100
const PAGE = 50

export const destinationsQuery = queryOptions({
  queryKey: ['event-destinations'],
  queryFn: async ({ signal }) => (await client.eventDestinations.list({ query: { limit: MOST }, signal })).data,
})

/** Events that were sent to a receiver, newest first. */
export const deliveriesQuery = (id: string, status: EventDelivery['status'] | undefined) =>
  growingList(['event-deliveries', id, status], (cursor, signal) =>
    client.eventDestinations.deliveries({ params: { id }, query: { cursor, limit: PAGE, status }, signal }),
  )
