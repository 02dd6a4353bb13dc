import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../../http/implement.ts'
import { rememberProjects } from '../../../http/project-source.ts'
import { chosenRuns } from '../chosen.ts'
import type { BulkActs } from './service.ts'

export function bulkActRoutes(app: FastifyInstance, { bulkActs }: { bulkActs: BulkActs }): void {
  app.projectFinders.set('bulk_act', rememberProjects(bulkActs.projectOf))

  implement(app, api.bulkActs.start, ({ actor, body }) =>
    body.action === 'RETRY'
      ? bulkActs.start(actor, { action: body.action, strategy: body.strategy }, chosenRuns(body))
      : bulkActs.start(actor, { action: body.action }, chosenRuns(body)),
  )

  implement(app, api.bulkActs.list, async ({ actor }) => ({ data: await bulkActs.list(actor) }))

  implement(app, api.bulkActs.get, ({ actor, params }) => bulkActs.get(actor, params.id))

  implement(app, api.bulkActs.cancel, ({ actor, params }) => bulkActs.cancel(actor, params.id))
}
