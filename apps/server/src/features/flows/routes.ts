import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { rememberProjects } from '../../http/project-source.ts'
import { flowPolicy } from '../../policies/flow.ts'
import { withAbilities } from '../../policies/policy.ts'
import type { Flows } from './service.ts'

export function flowRoutes(app: FastifyInstance, { flows }: { flows: Flows }): void {
  app.projectFinders.set('flow', rememberProjects(flows.projectOf))

  implement(app, api.flows.create, ({ actor, body }) => flows.create(actor, body))

  implement(app, api.flows.list, async ({ actor, query }) => {
    const page = await flows.list(actor, query, query)
    return { ...page, data: page.data.map((flow) => withAbilities(query, flowPolicy, actor, flow)) }
  })

  implement(app, api.flows.count, async ({ actor, query }) => ({
    count: await flows.count(actor, { folderId: query.folderId }),
  }))

  implement(app, api.flows.get, async ({ actor, params, query }) =>
    withAbilities(query, flowPolicy, actor, await flows.get(actor, params.id, query.versionId)),
  )

  implement(app, api.flows.operate, ({ actor, params, body: { clientOperationId, baseRevision, ...operation } }) =>
    flows.operate(actor, params.id, operation, { clientOperationId, baseRevision }),
  )

  implement(app, api.flows.operations, ({ actor, params, query }) => flows.operations(actor, params.id, query.after))

  implement(app, api.flows.remove, ({ actor, params }) => flows.remove(actor, params.id))

  implement(app, api.flows.template, ({ actor, params, query }) => flows.template(actor, params.id, query.versionId))

  implement(app, api.flows.versions, ({ actor, params, query }) => flows.versions(actor, params.id, query))
}
