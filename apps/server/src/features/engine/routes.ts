import { api } from '@piecework/api/index'
import { notFound } from '@piecework/model/errors'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { AppConnections } from '../app-connections/service.ts'
import type { Files } from '../files/service.ts'
import type { Flows } from '../flows/service.ts'
import type { Projects } from '../projects/service.ts'

interface Options {
  projects: Projects
  flows: Flows
  appConnections: AppConnections
  files: Files
}

/** What the engine asks for while it runs a job of a project. */
export function engineRoutes(app: FastifyInstance, { projects, flows, appConnections, files }: Options): void {
  implement(app, api.engine.project, ({ project }) => projects.get(project.platformId, project.id))

  implement(app, api.engine.connection, ({ project, params }) =>
    appConnections.open({ projectId: project.id, platformId: project.platformId }, params.externalId),
  )

  implement(app, api.engine.flows, ({ project, query }) => flows.list({ ...query, projectId: project.id }, query))

  implement(app, api.engine.flowVersion, ({ project, query }) => flows.versionById(project.id, query.versionId))

  implement(app, api.engine.file, async ({ project, params, reply }) => {
    const file = await files.read({ projectId: project.id }, params.id)
    if (!file) throw notFound('file', params.id)
    return reply.type('application/octet-stream').send(file.data)
  })
}
