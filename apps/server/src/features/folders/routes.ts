import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { Folders } from './service.ts'

export function folderRoutes(app: FastifyInstance, { folders }: { folders: Folders }): void {
  app.projectFinders.set('folder', folders.projectOf)

  implement(app, api.folders.create, ({ project, body }) => folders.create(project.id, body.displayName))

  implement(app, api.folders.list, ({ project, query }) => folders.list(project.id, query))

  implement(app, api.folders.get, ({ project, params }) => folders.get(project.id, params.id))

  implement(app, api.folders.update, ({ project, params, body }) =>
    folders.rename(project.id, params.id, body.displayName),
  )

  implement(app, api.folders.remove, ({ project, params }) => folders.remove(project.id, params.id))
}
