import { GraphEvent } from '@piecework/api/graph/webhooks'
import { type DomainEvent, type DomainEventName, EVENT_DATA } from '@piecework/model/events/domain-event'
import { z } from 'zod'

/** The events of the graph API, each with the event of the platform that it tells of. */
export const GRAPH_EVENTS = {
  'workflow.executed': 'flow.run.finished',
  'workflow.failed': 'flow.run.failed',
  'workflow.published': 'flow.updated',
  'form.submitted': 'form.submitted',
  'credential.expired': 'connection.expired',
} as const satisfies Record<GraphEvent, DomainEventName>

/** The name that the graph API has for an event of the platform. */
export const graphNameOf = (action: DomainEventName): GraphEvent | undefined =>
  GraphEvent.options.find((name) => GRAPH_EVENTS[name] === action)

interface ToldEvent {
  id: string
  type: GraphEvent
  created_at: string
  project_id: string | null
  data: Record<string, unknown>
}

const Run = z.object({
  flowRun: z.object({
    id: z.string(),
    flowId: z.string(),
    status: z.string(),
    environment: z.string(),
    flowDisplayName: z.string().optional(),
    startTime: z.string().optional(),
    finishTime: z.string().optional(),
    duration: z.number().optional(),
  }),
  failedStep: z.object({ name: z.string(), message: z.string().optional() }).nullish(),
})
const Published = z.object({
  flowVersion: z.object({ flowId: z.string(), displayName: z.string() }),
  request: z.object({ type: z.literal('LOCK_AND_PUBLISH') }),
})
const Connection = z.object({
  connection: z.object({ id: z.string(), displayName: z.string(), pieceName: z.string() }),
})
const Submission = EVENT_DATA['form.submitted']

/**
 * An event in the words of the graph API; undefined for one that it does not tell of.
 * @param node at which a run failed, where its graph is known
 */
export function graphEventOf(
  { id, action, created, projectId, data }: DomainEvent,
  node: string | undefined,
): ToldEvent | undefined {
  const type = graphNameOf(action)
  const told = type && dataOf(type, data, node)
  return type && told && { id, type, created_at: created, project_id: projectId ?? null, data: told }
}

function dataOf(
  type: GraphEvent,
  data: DomainEvent['data'],
  node: string | undefined,
): Record<string, unknown> | undefined {
  switch (type) {
    case 'workflow.executed':
    case 'workflow.failed': {
      const parsed = Run.safeParse(data)
      if (!parsed.success) return undefined
      const { flowRun, failedStep } = parsed.data
      const isFailure = type === 'workflow.failed'
      if (flowRun.environment !== 'PRODUCTION' || (!isFailure && flowRun.status !== 'SUCCEEDED')) return undefined
      return {
        execution_id: flowRun.id,
        workflow_id: flowRun.flowId,
        workflow_name: flowRun.flowDisplayName ?? null,
        status: isFailure ? 'failed' : 'completed',
        started_at: flowRun.startTime ?? null,
        completed_at: flowRun.finishTime ?? null,
        duration_ms: flowRun.duration ?? null,
        ...(isFailure
          ? { error: { node: node ?? failedStep?.name ?? null, message: failedStep?.message ?? null } }
          : {}),
      }
    }
    case 'workflow.published': {
      const parsed = Published.safeParse(data)
      if (!parsed.success) return undefined
      const { flowId, displayName } = parsed.data.flowVersion
      return { workflow_id: flowId, workflow_name: displayName, status: 'published' }
    }
    case 'credential.expired': {
      const parsed = Connection.safeParse(data)
      if (!parsed.success) return undefined
      const { id, displayName, pieceName } = parsed.data.connection
      return { credential_id: id, name: displayName, piece: pieceName }
    }
    case 'form.submitted': {
      const parsed = Submission.safeParse(data)
      if (!parsed.success) return undefined
      const { form, submission } = parsed.data
      return {
        ...{ form_id: form.id, form_name: form.name, submission_id: submission.id },
        ...{ submitted_at: submission.created, data: submission.data },
      }
    }
  }
}
