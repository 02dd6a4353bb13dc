import { systemTask } from '../../access/actor.ts'
import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { flowRoutes } from './routes.ts'
import type { Flows } from './service.ts'

export function flows({ flows, events, access }: { flows: Flows } & Pick<Core, 'events' | 'access'>): Plugin {
  events.on('TRIGGER_FAILED', async ({ projectId, flowId, reason }) =>
    flows.disable(await access.asSystem('triggers', projectId), flowId, reason),
  )
  events.on('TRIGGER_MISSED', async ({ projectId, flowId }) =>
    flows.restore(await access.asSystem('triggers', projectId), flowId),
  )
  return {
    name: 'flows',
    routes: (app) => flowRoutes(app, { flows }),
    prepare: () => flows.resumeDeletions(systemTask('deletion of flows')),
    settle: flows.close,
  }
}
