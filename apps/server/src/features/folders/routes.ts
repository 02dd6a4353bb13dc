import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { pageOf, pageQuery } from '../../http/pagination.ts'
import { projectIn, projectOf } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import { IdParams } from '../../http/schemas.ts'
import { Folder, type Folders } from './service.ts'

const DEFAULT_LIMIT = 10
const FolderName = z.string().trim().min(1).max(255)

export function folderRoutes(app: FastifyInstance, { folders }: { folders: Folders }): void {
  const principals = ['USER', 'SERVICE'] as const
  const project = projectOf('folder', folders.projectOf)

  route(app, {
    method: 'POST',
    url: '/v1/folders',
    summary: 'Create a folder, or get the one of that name',
    principals,
    permission: 'WRITE_FLOW',
    project: projectIn('body'),
    schema: { body: z.object({ projectId: z.string(), displayName: FolderName }), response: Folder },
    handler: ({ project, body }) => folders.create(project.id, body.displayName),
  })

  route(app, {
    method: 'GET',
    url: '/v1/folders',
    summary: 'List the folders of a project',
    principals,
    permission: 'READ_FLOW',
    project: projectIn('query'),
    schema: { query: z.object({ projectId: z.string(), ...pageQuery(DEFAULT_LIMIT) }), response: pageOf(Folder) },
    handler: ({ project, query }) => folders.list(project.id, query),
  })

  route(app, {
    method: 'GET',
    url: '/v1/folders/:id',
    summary: 'Get a folder',
    principals,
    permission: 'READ_FLOW',
    project,
    schema: { params: IdParams, response: Folder },
    handler: ({ project, params }) => folders.get(project.id, params.id),
  })

  route(app, {
    method: 'POST',
    url: '/v1/folders/:id',
    summary: 'Rename a folder',
    principals,
    permission: 'WRITE_FLOW',
    project,
    schema: { params: IdParams, body: z.object({ displayName: FolderName }), response: Folder },
    handler: ({ project, params, body }) => folders.rename(project.id, params.id, body.displayName),
  })

  route(app, {
    method: 'DELETE',
    url: '/v1/folders/:id',
    summary: 'Delete a folder; its flows stay',
    principals,
    permission: 'WRITE_FLOW',
    project,
    schema: { params: IdParams },
    handler: ({ project, params }) => folders.remove(project.id, params.id),
  })
}
