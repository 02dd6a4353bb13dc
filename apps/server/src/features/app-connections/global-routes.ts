import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { pageOf } from '../../http/pagination.ts'
import { route } from '../../http/route.ts'
import { IdParams } from '../../http/schemas.ts'
import type { GlobalConnections } from './global.ts'
import { listFields } from './list-query.ts'
import { AppConnection } from './present.ts'
import { ConnectionName, ExternalId, Metadata, upsertFields, withSameType } from './upsert-body.ts'

const MAX_PROJECTS = 10_000
const ProjectIds = z.array(z.string()).max(MAX_PROJECTS)

const Upsert = withSameType(
  z.object({
    ...upsertFields,
    scope: z.literal('PLATFORM').default('PLATFORM'),
    projectIds: ProjectIds,
    externalId: ExternalId.optional(),
    preSelectForNewProjects: z.boolean().optional(),
  }),
)

/** Connections that administrators share with projects. */
export function globalConnectionRoutes(
  app: FastifyInstance,
  { globalConnections }: { globalConnections: GlobalConnections },
): void {
  const shared = { principals: ['USER', 'SERVICE'], permission: 'PLATFORM_ADMIN', project: null } as const

  route(app, {
    ...shared,
    method: 'POST',
    url: '/v1/global-connections',
    summary: 'Create a connection of the platform, or replace the value of the one with this externalId',
    status: 201,
    schema: { body: Upsert, response: AppConnection },
    handler: ({ principal, body: { scope: _, ...body } }) =>
      globalConnections.upsert(principal.platformId, {
        ...body,
        isAdmin: true,
        ownerId: principal.type === 'USER' ? principal.id : null,
      }),
  })

  route(app, {
    ...shared,
    method: 'GET',
    url: '/v1/global-connections',
    summary: 'List the connections of the platform',
    schema: {
      query: z.object(listFields),
      response: pageOf(AppConnection),
    },
    handler: ({ principal, query }) => globalConnections.list(principal.platformId, query, query),
  })

  route(app, {
    ...shared,
    method: 'POST',
    url: '/v1/global-connections/:id',
    summary: 'Rename a connection of the platform, or share it with other projects',
    schema: {
      params: IdParams,
      body: z.object({
        displayName: ConnectionName,
        projectIds: ProjectIds.optional(),
        metadata: Metadata,
        preSelectForNewProjects: z.boolean().optional(),
      }),
      response: AppConnection,
    },
    handler: ({ principal, params, body }) => globalConnections.update(principal.platformId, params.id, body),
  })

  route(app, {
    ...shared,
    method: 'DELETE',
    url: '/v1/global-connections/:id',
    summary: 'Delete a connection of the platform',
    status: 204,
    schema: { params: IdParams },
    handler: ({ principal, params }) => globalConnections.remove(principal.platformId, params.id),
  })
}
