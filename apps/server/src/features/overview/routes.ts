import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { flowPolicy } from '../../policies/flow.ts'
import { withAbilities } from '../../policies/policy.ts'
import type { Overviews } from './service.ts'

export function overviewRoutes(app: FastifyInstance, { overviews }: { overviews: Overviews }): void {
  implement(app, api.flows.overview, async ({ actor, query }) => {
    const page = await overviews.list(actor, query, query)
    return { ...page, data: page.data.map((flow) => withAbilities(query, flowPolicy, actor, flow)) }
  })

  implement(app, api.flows.pieceUses, ({ actor, query }) => overviews.usesOf(actor, query.pieceName, query))

  implement(app, api.flows.diagnosis, ({ actor, params, query }) => overviews.diagnose(actor, params.id, query.runId))
}
