import { api } from '@piecework/api/index'
import { MAX_FAILING_FLOWS } from '@piecework/api/run-counts'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { rememberProjects } from '../../http/project-source.ts'
import { chosenRuns } from './chosen.ts'
import type { RunCounts } from './counting/service.ts'
import type { RunService } from './service.ts'

interface Parts {
  runs: RunService
  counts: RunCounts
}

export function runRoutes(app: FastifyInstance, { runs, counts }: Parts): void {
  app.projectFinders.set('flow_run', rememberProjects(runs.projectOf))

  implement(app, api.flowRuns.list, ({ actor, query: { cursor, limit, projectId: _, ...filter } }) =>
    runs.list(actor, filter, { cursor, limit }),
  )

  implement(app, api.flowRuns.countByStatus, async ({ actor, query: { projectId: _, ...filter } }) => ({
    data: await runs.countByStatus(actor, filter),
  }))

  implement(app, api.flowRuns.countByDay, async ({ actor, query }) => ({ data: await counts.byDay(actor, query) }))

  implement(app, api.flowRuns.failures, async ({ actor, query: { createdAfter } }) => ({
    data: await counts.failures(actor, { createdAfter, limit: MAX_FAILING_FLOWS }),
  }))

  implement(app, api.flowRuns.get, ({ actor, params }) => runs.read(actor, params.id))

  implement(app, api.flowRuns.event, ({ actor, params }) => runs.event(actor, params.id))

  implement(app, api.flowRuns.retry, ({ actor, params, body }) => runs.retry(actor, params.id, body.strategy))

  implement(app, api.flowRuns.retryAll, async ({ actor, body: { strategy, ...filter } }) => ({
    retried: await runs.retryAll(actor, chosenRuns(filter), strategy),
  }))

  implement(app, api.flowRuns.cancelAll, async ({ actor, body }) => ({
    cancelled: await runs.cancelAll(actor, chosenRuns(body)),
  }))

  implement(app, api.flowRuns.archiveAll, async ({ actor, body }) => ({
    archived: await runs.archiveAll(actor, chosenRuns(body)),
  }))
}
