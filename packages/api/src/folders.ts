import { z } from 'zod'
import { endpoint, projectInBody, projectInQuery, projectOfRow } from './endpoint.ts'
import { IdParams, pageOf, pageQuery } from './shapes.ts'

export const Folder = z.object({
  id: z.string(),
  created: z.string(),
  updated: z.string(),
  projectId: z.string(),
  displayName: z.string(),
  displayOrder: z.number(),
  numberOfFlows: z.number(),
})
export type Folder = z.infer<typeof Folder>

const FolderName = z.string().trim().min(1).max(255)
const principals = ['USER', 'SERVICE'] as const
const project = projectOfRow('folder')

export const folders = {
  create: endpoint({
    method: 'POST',
    path: '/v1/folders',
    operationId: 'folders.create',
    summary: 'Create a folder, or get the one of that name',
    principals,
    permission: 'WRITE_FLOW',
    project: projectInBody,
    body: z.object({ projectId: z.string(), displayName: FolderName }),
    response: Folder,
    errors: ['VALIDATION'],
  }),
  list: endpoint({
    method: 'GET',
    path: '/v1/folders',
    operationId: 'folders.list',
    summary: 'List the folders of a project',
    principals,
    permission: 'READ_FLOW',
    project: projectInQuery,
    query: z.object({ projectId: z.string(), ...pageQuery(10) }),
    response: pageOf(Folder),
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/folders/:id',
    operationId: 'folders.get',
    summary: 'Get a folder',
    principals,
    permission: 'READ_FLOW',
    project,
    params: IdParams,
    response: Folder,
  }),
  update: endpoint({
    method: 'POST',
    path: '/v1/folders/:id',
    operationId: 'folders.update',
    summary: 'Rename a folder',
    principals,
    permission: 'WRITE_FLOW',
    project,
    params: IdParams,
    body: z.object({ displayName: FolderName }),
    response: Folder,
    errors: ['VALIDATION'],
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/folders/:id',
    operationId: 'folders.remove',
    summary: 'Delete a folder; its flows stay',
    principals,
    permission: 'WRITE_FLOW',
    project,
    sends: 'nothing',
    params: IdParams,
  }),
}
