import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { singlePage } from '../../database/pagination.ts'
import { implement } from '../../http/implement.ts'
import { connectionPolicy } from '../../policies/connection.ts'
import { withAbilities } from '../../policies/policy.ts'
import type { AppConnections } from './service.ts'

export function appConnectionRoutes(
  app: FastifyInstance,
  { appConnections }: { appConnections: AppConnections },
): void {
  app.projectFinders.set('app_connection', appConnections.projectOf)

  implement(app, api.appConnections.upsert, ({ actor, body }) => appConnections.upsert(actor, body))

  implement(app, api.appConnections.list, async ({ actor, query }) => {
    const page = await appConnections.list(actor, query, query)
    return { ...page, data: page.data.map((one) => withAbilities(query, connectionPolicy, actor, one)) }
  })

  implement(app, api.appConnections.owners, async ({ actor }) => singlePage(await appConnections.owners(actor)))

  implement(app, api.appConnections.replace, ({ actor, body }) =>
    appConnections.replace(actor, body.sourceAppConnectionId, body.targetAppConnectionId),
  )

  implement(app, api.appConnections.update, ({ actor, params, body }) => appConnections.update(actor, params.id, body))

  implement(app, api.appConnections.remove, ({ actor, params }) => appConnections.remove(actor, params.id))
}
