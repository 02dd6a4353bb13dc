import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { singlePage } from '../../database/pagination.ts'
import type { ProjectAccess } from '../../http/access.ts'
import { implement } from '../../http/implement.ts'
import type { AppConnections } from './service.ts'
import type { ProjectRef } from './store.ts'

export function appConnectionRoutes(
  app: FastifyInstance,
  { appConnections }: { appConnections: AppConnections },
): void {
  app.projectFinders.set('app_connection', appConnections.projectOf)

  implement(app, api.appConnections.upsert, ({ principal, project, body }) =>
    appConnections.upsert(refOf(project), {
      ...body,
      isAdmin: principal.type === 'SERVICE' || principal.platformRole === 'ADMIN',
      ownerId: principal.type === 'USER' ? principal.id : null,
    }),
  )

  implement(app, api.appConnections.list, ({ project, query }) => appConnections.list(refOf(project), query, query))

  implement(app, api.appConnections.owners, async ({ project }) =>
    singlePage(await appConnections.owners(refOf(project))),
  )

  implement(app, api.appConnections.replace, ({ project, body }) =>
    appConnections.replace(refOf(project), body.sourceAppConnectionId, body.targetAppConnectionId),
  )

  implement(app, api.appConnections.update, ({ project, params, body }) =>
    appConnections.update(refOf(project), params.id, body),
  )

  implement(app, api.appConnections.remove, ({ project, params }) => appConnections.remove(refOf(project), params.id))
}

const refOf = (project: ProjectAccess): ProjectRef => ({ projectId: project.id, platformId: project.platformId })
