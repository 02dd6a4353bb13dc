import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { rememberProjects } from '../../http/project-source.ts'
import type { Alerts } from './service.ts'

export function alertRoutes(app: FastifyInstance, { alerts }: { alerts: Alerts }): void {
  app.projectFinders.set('alert', rememberProjects(alerts.projectOf))

  implement(app, api.alerts.list, ({ actor, query: { cursor, limit } }) => alerts.list(actor, { cursor, limit }))

  implement(app, api.alerts.create, ({ actor, body }) => alerts.create(actor, body))

  implement(app, api.alerts.remove, ({ actor, params }) => alerts.remove(actor, params.id))

  implement(app, api.alerts.expectation, ({ actor, params }) => alerts.expectation(actor, params.id))

  implement(app, api.alerts.expect, ({ actor, params, body }) => alerts.expect(actor, params.id, body.minutes))
}
