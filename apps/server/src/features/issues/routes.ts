import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { rememberProjects } from '../../http/project-source.ts'
import type { Issues } from './service.ts'

export function issueRoutes(app: FastifyInstance, { issues }: { issues: Issues }): void {
  app.projectFinders.set('issue', rememberProjects(issues.projectOf))

  implement(app, api.issues.list, ({ actor, query: { flowId, status, cursor, limit } }) =>
    issues.list(actor, { flowId, status }, { cursor, limit }),
  )

  implement(app, api.issues.get, ({ actor, params }) => issues.get(actor, params.id))

  implement(app, api.issues.update, ({ actor, params, body }) => issues.update(actor, params.id, body.status))
}
