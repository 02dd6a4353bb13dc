import { IdParams, pageOf, pageQuery } from '@piecework/api/shapes'
import { PopulatedFlow } from '@piecework/model/flow/flow'
import { FlowOperation, type FlowOperationType } from '@piecework/model/flow/operations/registry'
import { SharedTemplate } from '@piecework/model/flow/template'
import type { Permission } from '@piecework/model/permission'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ProjectAccess } from '../../http/access.ts'
import type { PrincipalOf } from '../../http/principal.ts'
import { projectIn, projectOf } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import type { Actor } from './actor.ts'
import { flowFilters } from './filters.ts'
import { FlowVersionMetadata, OperatedFlow } from './present.ts'
import type { Flows } from './service.ts'

const DEFAULT_LIMIT = 10
const FlowName = z.string().min(1).max(1000)

export function flowRoutes(app: FastifyInstance, { flows }: { flows: Flows }): void {
  const principals = ['USER', 'SERVICE'] as const
  const project = projectOf('flow', flows.projectOf)

  route(app, {
    method: 'POST',
    url: '/v1/flows',
    summary: 'Create a flow',
    principals,
    permission: 'WRITE_FLOW',
    project: projectIn('body'),
    status: 201,
    schema: {
      body: z.object({
        displayName: FlowName,
        projectId: z.string(),
        folderId: z.string().nullish(),
        folderName: z.string().trim().max(255).optional(),
        templateId: z.string().nullish().describe('There are no templates yet: any id is unknown.'),
        metadata: z.record(z.string(), z.unknown()).nullish(),
      }),
      response: PopulatedFlow,
    },
    handler: ({ principal, project, body }) => flows.create(actorOf(principal, project), body),
  })

  route(app, {
    method: 'GET',
    url: '/v1/flows',
    summary: 'List the flows of a project: enabled ones first, then those changed last',
    principals,
    permission: 'READ_FLOW',
    project: projectIn('query'),
    schema: {
      query: z.object({ projectId: z.string(), ...flowFilters, ...pageQuery(DEFAULT_LIMIT) }),
      response: pageOf(PopulatedFlow),
    },
    handler: ({ project, query }) => flows.list({ ...query, projectId: project.id }, query),
  })

  route(app, {
    method: 'GET',
    url: '/v1/flows/count',
    summary: 'Count the flows of a project or folder',
    principals,
    permission: 'READ_FLOW',
    project: projectIn('query'),
    schema: {
      query: z.object({ projectId: z.string(), folderId: z.string().optional() }),
      response: z.object({ count: z.number() }),
    },
    handler: async ({ project, query }) => ({
      count: await flows.count({ projectId: project.id, folderId: query.folderId }),
    }),
  })

  route(app, {
    method: 'GET',
    url: '/v1/flows/:id',
    summary: 'Get a flow with its latest version, or another one',
    principals,
    permission: 'READ_FLOW',
    project,
    schema: { params: IdParams, query: z.object({ versionId: z.string().optional() }), response: PopulatedFlow },
    handler: ({ project, params, query }) => flows.get(project.id, params.id, query.versionId),
  })

  route(app, {
    method: 'POST',
    url: '/v1/flows/:id',
    summary: 'Apply an operation to a flow',
    principals,
    permission: 'UPDATE_FLOW_STATUS',
    project,
    schema: { params: IdParams, body: FlowOperation, response: OperatedFlow },
    handler: ({ principal, project, params, body }) => {
      app.access.requirePermission(principal, project, permissionOf(body.type))
      if (body.type === 'IMPORT_FLOW' && body.request.installMissing === true)
        app.access.requirePlatformAdmin(principal)
      return flows.operate(actorOf(principal, project), params.id, body)
    },
  })

  route(app, {
    method: 'DELETE',
    url: '/v1/flows/:id',
    summary: 'Delete a flow; its runs stay',
    principals,
    permission: 'WRITE_FLOW',
    project,
    status: 204,
    schema: { params: IdParams },
    handler: ({ project, params }) => flows.remove(project.id, params.id),
  })

  route(app, {
    method: 'GET',
    url: '/v1/flows/:id/template',
    summary: 'Export a flow as a template',
    principals,
    permission: 'READ_FLOW',
    project,
    schema: { params: IdParams, query: z.object({ versionId: z.string().optional() }), response: SharedTemplate },
    handler: ({ principal, project, params, query }) =>
      flows.template(actorOf(principal, project), params.id, query.versionId),
  })

  route(app, {
    method: 'GET',
    url: '/v1/flows/:id/versions',
    summary: 'List the versions of a flow, newest first',
    principals,
    permission: 'READ_FLOW',
    project,
    schema: { params: IdParams, query: z.object(pageQuery(DEFAULT_LIMIT)), response: pageOf(FlowVersionMetadata) },
    handler: ({ project, params, query }) =>
      flows.versions({ projectId: project.id, platformId: project.platformId }, params.id, query),
  })
}

function actorOf(principal: PrincipalOf<'USER' | 'SERVICE'>, project: ProjectAccess): Actor {
  return {
    projectId: project.id,
    platformId: project.platformId,
    userId: principal.type === 'USER' ? principal.id : null,
  }
}

/** On top of the permission of the route. */
function permissionOf(operation: FlowOperationType): Permission {
  return operation === 'LOCK_AND_PUBLISH' || operation === 'CHANGE_STATUS' ? 'UPDATE_FLOW_STATUS' : 'WRITE_FLOW'
}
