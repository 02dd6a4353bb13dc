import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import { rememberProjects } from '../../http/project-source.ts'
import type { ProjectKeys } from './service.ts'

/** Keys with which programs use the graph API in one project. */
export function projectKeyRoutes(app: FastifyInstance, { projectKeys }: { projectKeys: ProjectKeys }): void {
  app.projectFinders.set('project_key', rememberProjects(projectKeys.projectOf))

  implement(app, api.projectKeys.create, ({ actor, body }) => projectKeys.create(actor, body))

  implement(app, api.projectKeys.list, async ({ actor }) => singlePage(await projectKeys.list(actor)))

  implement(app, api.projectKeys.remove, ({ actor, params }) => projectKeys.remove(actor, params.id))
}
