import { queryOptions } from '@tanstack/react-query'
import {
  ApiError,
  Client,
  type Form,
  type FormSubmission,
  type GraphNode,
  type Webhook,
  type WebhookDelivery,
  type Workflow,
} from 'piecework'
import { growingList } from './growing-list.ts'
import { currentSession, expireSession } from './session.ts'

export type { Form, FormSubmission, GraphNode, Webhook, WebhookDelivery, Workflow }
export type FormField = Form['fields'][number]

const PAGE = 50

/** The graph API in a project, for the person who has signed in. */
export const graph = (projectId: string): Client =>
  new Client(currentSession()?.token ?? '-', {
    // The server that this page came from.
    baseUrl: '',
    projectId,
    fetch: async (target, options) => {
      const answer = await fetch(target, options)
      if (answer.status === 401) expireSession()
      return answer
    },
  })

/** The complaints of the server, by the field of the request that each is about. */
export function complaintsOf(error: unknown): Record<string, string> {
  const fields = error instanceof ApiError ? Object(error.details.fields) : {}
  return Object.fromEntries(Object.entries(fields).map(([name, why]) => [name, String(why)]))
}

/** A flow as nodes and edges. */
export const workflowQuery = (projectId: string, id: string) =>
  queryOptions({
    queryKey: ['flows', 'graph', projectId, id],
    queryFn: ({ signal }) => graph(projectId).workflows.get(id, { signal }),
  })

/** The forms of a project, newest first. */
export const formsQuery = (projectId: string) =>
  growingList(['forms', projectId], async (cursor, signal) => {
    const { data, meta } = await graph(projectId).forms.list({ limit: PAGE, cursor }, { signal })
    return { data, next: meta.next_cursor }
  })

export const formQuery = (projectId: string, id: string) =>
  queryOptions({
    queryKey: ['forms', projectId, id],
    queryFn: ({ signal }) => graph(projectId).forms.get(id, { signal }),
  })

/** The submissions of a form, newest first. @param spam those that look like spam, instead of the others */
export const submissionsQuery = (projectId: string, id: string, spam: boolean) =>
  growingList(['submissions', projectId, id, spam], async (cursor, signal) => {
    const { data, meta } = await graph(projectId).forms.submissions(id, { limit: PAGE, cursor, spam }, { signal })
    return { data, next: meta.next_cursor }
  })

/** The receivers of the events of a project, newest first. */
export const webhooksQuery = (projectId: string) =>
  growingList(['webhooks', projectId], async (cursor, signal) => {
    const { data, meta } = await graph(projectId).webhooks.list({ limit: PAGE, cursor }, { signal })
    return { data, next: meta.next_cursor }
  })

/** The events that were sent to a receiver in the last seven days, newest first. */
export const webhookDeliveriesQuery = (projectId: string, id: string) =>
  growingList(['webhook-deliveries', projectId, id], async (cursor, signal) => {
    const { data, meta } = await graph(projectId).webhooks.deliveries(id, { limit: PAGE, cursor }, { signal })
    return { data, next: meta.next_cursor }
  })
