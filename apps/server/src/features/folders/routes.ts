import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { rememberProjects } from '../../http/project-source.ts'
import type { Folders } from './service.ts'

export function folderRoutes(app: FastifyInstance, { folders }: { folders: Folders }): void {
  app.projectFinders.set('folder', rememberProjects(folders.projectOf))

  implement(app, api.folders.create, ({ actor, body }) => folders.create(actor, body.displayName))

  implement(app, api.folders.list, ({ actor, query }) => folders.list(actor, query))

  implement(app, api.folders.get, ({ actor, params }) => folders.get(actor, params.id))

  implement(app, api.folders.update, ({ actor, params, body }) => folders.rename(actor, params.id, body.displayName))

  implement(app, api.folders.remove, ({ actor, params }) => folders.remove(actor, params.id))
}
