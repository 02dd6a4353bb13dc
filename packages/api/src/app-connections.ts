import { z } from 'zod'
import { abilitiesQuery, ConnectionAbilities } from './abilities.ts'
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
import { endpoint, projectInBody, projectInQuery, projectOfRow } from './endpoint.ts'
import { IdParams, pageOf } from './shapes.ts'

const Upsert = withSameType(z.object({ ...upsertFields, externalId: ExternalId, projectId: z.string() }))

const principals = ['USER', 'SERVICE'] as const
const project = projectOfRow('app_connection')

export const appConnections = {
  upsert: endpoint({
    method: 'POST',
    path: '/v1/app-connections',
    operationId: 'appConnections.upsert',
    summary: 'Create a connection, or replace the value of the one with this externalId',
    principals,
    permission: 'WRITE_APP_CONNECTION',
    project: projectInBody,
    status: 201,
    body: Upsert,
    response: AppConnection,
    errors: UPSERT_ERRORS,
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/app-connections',
    operationId: 'appConnections.list',
    summary: 'List the connections that a project can use',
    principals,
    permission: 'READ_APP_CONNECTION',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), ...listFields, ...abilitiesQuery }),
    response: pageOf(AppConnection.extend({ abilities: ConnectionAbilities })),
  }),
  owners: endpoint({
    method: 'GET',
    path: '/v1/app-connections/owners',
    operationId: 'appConnections.owners',
    summary: 'List the people who own connections of a project',
    principals,
    permission: 'READ_APP_CONNECTION',
    project: projectInQuery,
    query: z.object({ projectId: z.string() }),
    response: pageOf(z.object({ firstName: z.string(), lastName: z.string(), email: z.string() })),
  }),
  replace: endpoint({
    method: 'POST',
    path: '/v1/app-connections/replace',
    operationId: 'appConnections.replace',
    summary: 'Let the flows of a project use another connection, and delete the old one',
    principals,
    permission: 'WRITE_APP_CONNECTION',
    project: projectInBody,
    status: 204,
    body: z.object({ projectId: z.string(), sourceAppConnectionId: z.string(), targetAppConnectionId: z.string() }),
    errors: ['VALIDATION', 'FLOW_IN_USE', 'CONNECTION_REPLACED_IN_PART'],
  }),
  update: endpoint({
    method: 'POST',
    path: '/v1/app-connections/:id',
    operationId: 'appConnections.update',
    summary: 'Rename a connection',
    principals,
    permission: 'WRITE_APP_CONNECTION',
    project,
    params: IdParams,
    body: z.object({ displayName: ConnectionName, metadata: Metadata }),
    response: AppConnection,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/app-connections/:id',
    operationId: 'appConnections.remove',
    summary: 'Delete a connection',
    principals,
    permission: 'WRITE_APP_CONNECTION',
    project,
    status: 204,
    params: IdParams,
  }),
}
