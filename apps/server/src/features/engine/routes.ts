import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { AppConnections } from '../app-connections/service.ts'
import type { Flows } from '../flows/service.ts'
import type { Projects } from '../projects/service.ts'
import type { EngineFiles } from './service.ts'

interface Options {
  projects: Projects
  flows: Flows
  appConnections: AppConnections
  files: EngineFiles
}

/** The requests of the engine while it runs a job of a project. */
export function engineRoutes(app: FastifyInstance, { projects, flows, appConnections, files }: Options): void {
  implement(app, api.engine.project, ({ actor }) => projects.get(actor))

  implement(app, api.engine.connection, ({ actor, params }) => appConnections.open(actor, params.externalId))

  implement(app, api.engine.flows, ({ actor, query }) => flows.list(actor, query, query))

  implement(app, api.engine.flowVersion, ({ actor, query }) => flows.versionById(actor, query.versionId))

  implement(app, api.engine.file, async ({ actor, params, reply }) => {
    const { data } = await files.read(actor, params.id)
    return reply.type('application/octet-stream').send(data)
  })
}
