import type { RunSelection } from '@piecework/api/flow-runs'
import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { RunService } from './service.ts'
import type { RunStore } from './store.ts'

interface Parts {
  runs: RunService
  store: RunStore
}

export function runRoutes(app: FastifyInstance, { runs, store }: Parts): void {
  app.projectFinders.set('flow_run', (id) => store.projectOf(id))

  implement(app, api.flowRuns.list, ({ project, query: { cursor, limit, ...filter } }) =>
    runs.list({ ...filter, projectId: project.id }, { cursor, limit }),
  )

  implement(app, api.flowRuns.countByStatus, async ({ project, query }) => ({
    data: await runs.countByStatus({ ...query, projectId: project.id }),
  }))

  implement(app, api.flowRuns.get, ({ project, params }) => runs.get(project.id, params.id))

  implement(app, api.flowRuns.retry, ({ project, params, body }) =>
    runs.retry({ projectId: project.id, platformId: project.platformId, id: params.id, strategy: body.strategy }),
  )

  implement(app, api.flowRuns.retryAll, async ({ project, body: { strategy, ...filter } }) => ({
    retried: await runs.retryAll({
      filter: { ...chosen(filter), projectId: project.id },
      platformId: project.platformId,
      strategy,
    }),
  }))

  implement(app, api.flowRuns.cancelAll, async ({ project, body }) => ({
    cancelled: await runs.cancelAll({ ...chosen(body), projectId: project.id }),
  }))

  implement(app, api.flowRuns.archiveAll, async ({ project, body }) => ({
    archived: await runs.archiveAll({ ...chosen(body), projectId: project.id }),
  }))
}

/** Named runs win over every other filter, be they archived or tests; without them those are left alone. */
function chosen(filter: RunSelection) {
  const { flowRunIds, excludeFlowRunIds } = filter
  return flowRunIds ? { flowRunIds, excludeFlowRunIds, includeArchived: true, includeTests: true } : filter
}
