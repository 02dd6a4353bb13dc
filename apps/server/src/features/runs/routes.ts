import type { RunSelection } from '@piecework/api/flow-runs'
import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { rememberProjects } from '../../http/project-source.ts'
import type { RunService } from './service.ts'
import type { RunStore } from './store.ts'

interface Parts {
  runs: RunService
  store: RunStore
}

export function runRoutes(app: FastifyInstance, { runs, store }: Parts): void {
  app.projectFinders.set(
    'flow_run',
    rememberProjects((id) => store.projectOf(id)),
  )

  implement(app, api.flowRuns.list, ({ actor, query: { cursor, limit, projectId: _, ...filter } }) =>
    runs.list(actor, filter, { cursor, limit }),
  )

  implement(app, api.flowRuns.countByStatus, async ({ actor, query: { projectId: _, ...filter } }) => ({
    data: await runs.countByStatus(actor, filter),
  }))

  implement(app, api.flowRuns.get, ({ actor, params }) => runs.read(actor, params.id))

  implement(app, api.flowRuns.retry, ({ actor, params, body }) => runs.retry(actor, params.id, body.strategy))

  implement(app, api.flowRuns.retryAll, async ({ actor, body: { strategy, ...filter } }) => ({
    retried: await runs.retryAll(actor, chosen(filter), strategy),
  }))

  implement(app, api.flowRuns.cancelAll, async ({ actor, body }) => ({
    cancelled: await runs.cancelAll(actor, chosen(body)),
  }))

  implement(app, api.flowRuns.archiveAll, async ({ actor, body }) => ({
    archived: await runs.archiveAll(actor, chosen(body)),
  }))
}

/** Named runs win over every other filter, be they archived or tests; without them those are left alone. */
function chosen(filter: RunSelection) {
  const { flowRunIds, excludeFlowRunIds } = filter
  return flowRunIds ? { flowRunIds, excludeFlowRunIds, includeArchived: true, includeTests: true } : filter
}
