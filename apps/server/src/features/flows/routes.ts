import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import type { ProjectAccess } from '../../http/access.ts'
import { implement } from '../../http/implement.ts'
import type { PrincipalOf } from '../../http/principal.ts'
import type { Actor } from './actor.ts'
import type { Flows } from './service.ts'

export function flowRoutes(app: FastifyInstance, { flows }: { flows: Flows }): void {
  app.projectFinders.set('flow', flows.projectOf)

  implement(app, api.flows.create, ({ principal, project, body }) => flows.create(actorOf(principal, project), body))

  implement(app, api.flows.list, ({ project, query }) => flows.list({ ...query, projectId: project.id }, query))

  implement(app, api.flows.count, async ({ project, query }) => ({
    count: await flows.count({ projectId: project.id, folderId: query.folderId }),
  }))

  implement(app, api.flows.get, ({ project, params, query }) => flows.get(project.id, params.id, query.versionId))

  implement(app, api.flows.operate, ({ principal, project, params, body }) => {
    if (body.type === 'IMPORT_FLOW' && body.request.installMissing === true) app.access.requirePlatformAdmin(principal)
    return flows.operate(actorOf(principal, project), params.id, body)
  })

  implement(app, api.flows.remove, ({ project, params }) => flows.remove(project.id, params.id))

  implement(app, api.flows.template, ({ principal, project, params, query }) =>
    flows.template(actorOf(principal, project), params.id, query.versionId),
  )

  implement(app, api.flows.versions, ({ project, params, query }) =>
    flows.versions({ projectId: project.id, platformId: project.platformId }, params.id, query),
  )
}

function actorOf(principal: PrincipalOf<'USER' | 'SERVICE'>, project: ProjectAccess): Actor {
  return {
    projectId: project.id,
    platformId: project.platformId,
    userId: principal.type === 'USER' ? principal.id : null,
  }
}
