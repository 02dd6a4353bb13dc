import { z } from 'zod'
import {
  AppConnection,
  ConnectionName,
  ExternalId,
  listFields,
  Metadata,
  UPSERT_ERRORS,
  upsertFields,
  withSameType,
} from './connection-shapes.ts'
import { endpoint } from './endpoint.ts'
import { IdParams, pageOf } from './shapes.ts'

const ProjectIds = z.array(z.string()).max(10_000)

const Upsert = withSameType(
  z.object({
    ...upsertFields,
    scope: z.literal('PLATFORM').default('PLATFORM'),
    projectIds: ProjectIds,
    externalId: ExternalId.optional(),
    preSelectForNewProjects: z.boolean().optional(),
  }),
)

const shared = { principals: ['USER', 'SERVICE'], permission: 'PLATFORM_ADMIN', project: null } as const

export const globalConnections = {
  upsert: endpoint({
    ...shared,
    method: 'POST',
    path: '/v1/global-connections',
    operationId: 'globalConnections.upsert',
    summary: 'Create a connection of the platform, or replace the value of the one with this externalId',
    status: 201,
    body: Upsert,
    response: AppConnection,
    errors: UPSERT_ERRORS,
  }),
  list: endpoint({
    ...shared,
    method: 'GET',
    path: '/v1/global-connections',
    operationId: 'globalConnections.list',
    summary: 'List the connections of the platform',
    query: z.object(listFields),
    response: pageOf(AppConnection),
  }),
  update: endpoint({
    ...shared,
    method: 'POST',
    path: '/v1/global-connections/:id',
    operationId: 'globalConnections.update',
    summary: 'Rename a connection of the platform, or share it with other projects',
    params: IdParams,
    body: z.object({
      displayName: ConnectionName,
      projectIds: ProjectIds.optional(),
      metadata: Metadata,
      preSelectForNewProjects: z.boolean().optional(),
    }),
    response: AppConnection,
  }),
  remove: endpoint({
    ...shared,
    method: 'DELETE',
    path: '/v1/global-connections/:id',
    operationId: 'globalConnections.remove',
    summary: 'Delete a connection of the platform',
    status: 204,
    params: IdParams,
  }),
}
