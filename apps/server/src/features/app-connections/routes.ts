import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ProjectAccess } from '../../http/access.ts'
import { pageOf, singlePage } from '../../http/pagination.ts'
import { projectIn, projectOf } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import { IdParams } from '../../http/schemas.ts'
import { listFields } from './list-query.ts'
import { AppConnection } from './present.ts'
import type { AppConnections } from './service.ts'
import type { ProjectRef } from './store.ts'
import { ConnectionName, ExternalId, Metadata, upsertFields, withSameType } from './upsert-body.ts'

const Upsert = withSameType(z.object({ ...upsertFields, externalId: ExternalId, projectId: z.string() }))

export function appConnectionRoutes(
  app: FastifyInstance,
  { appConnections }: { appConnections: AppConnections },
): void {
  const principals = ['USER', 'SERVICE'] as const
  const project = projectOf('app_connection', appConnections.projectOf)

  route(app, {
    method: 'POST',
    url: '/v1/app-connections',
    summary: 'Create a connection, or replace the value of the one with this externalId',
    principals,
    permission: 'WRITE_APP_CONNECTION',
    project: projectIn('body'),
    status: 201,
    schema: { body: Upsert, response: AppConnection },
    handler: ({ principal, project, body }) =>
      appConnections.upsert(refOf(project), {
        ...body,
        isAdmin: principal.type === 'SERVICE' || principal.platformRole === 'ADMIN',
        ownerId: principal.type === 'USER' ? principal.id : null,
      }),
  })

  route(app, {
    method: 'GET',
    url: '/v1/app-connections',
    summary: 'List the connections that a project can use',
    principals,
    permission: 'READ_APP_CONNECTION',
    project: projectIn('query'),
    schema: {
      query: z.object({ projectId: z.string(), ...listFields }),
      response: pageOf(AppConnection),
    },
    handler: ({ project, query }) => appConnections.list(refOf(project), query, query),
  })

  route(app, {
    method: 'GET',
    url: '/v1/app-connections/owners',
    summary: 'List the people who own connections of a project',
    principals,
    permission: 'READ_APP_CONNECTION',
    project: projectIn('query'),
    schema: { query: z.object({ projectId: z.string() }) },
    handler: async ({ project }) => singlePage(await appConnections.owners(refOf(project))),
  })

  route(app, {
    method: 'POST',
    url: '/v1/app-connections/replace',
    summary: 'Let the flows of a project use another connection, and delete the old one',
    principals,
    permission: 'WRITE_APP_CONNECTION',
    project: projectIn('body'),
    status: 204,
    schema: {
      body: z.object({ projectId: z.string(), sourceAppConnectionId: z.string(), targetAppConnectionId: z.string() }),
    },
    handler: ({ project, body }) =>
      appConnections.replace(refOf(project), body.sourceAppConnectionId, body.targetAppConnectionId),
  })

  route(app, {
    method: 'POST',
    url: '/v1/app-connections/:id',
    summary: 'Rename a connection',
    principals,
    permission: 'WRITE_APP_CONNECTION',
    project,
    schema: {
      params: IdParams,
      body: z.object({ displayName: ConnectionName, metadata: Metadata }),
      response: AppConnection,
    },
    handler: ({ project, params, body }) => appConnections.update(refOf(project), params.id, body),
  })

  route(app, {
    method: 'DELETE',
    url: '/v1/app-connections/:id',
    summary: 'Delete a connection',
    principals,
    permission: 'WRITE_APP_CONNECTION',
    project,
    status: 204,
    schema: { params: IdParams },
    handler: ({ project, params }) => appConnections.remove(refOf(project), params.id),
  })
}

const refOf = (project: ProjectAccess): ProjectRef => ({ projectId: project.id, platformId: project.platformId })
