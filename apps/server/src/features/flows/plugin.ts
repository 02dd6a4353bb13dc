import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { flowRoutes } from './routes.ts'
import type { Flows } from './service.ts'

export function flows({ flows, events, access }: { flows: Flows } & Pick<Core, 'events' | 'access'>): Plugin {
  events.on('TRIGGER_FAILED', async ({ projectId, flowId }) =>
    flows.disable(await access.asSystem('triggers', projectId), flowId),
  )
  events.on('TRIGGER_MISSED', async ({ projectId, flowId }) =>
    flows.restore(await access.asSystem('triggers', projectId), flowId),
  )
  return {
    name: 'flows',
    routes: (app) => flowRoutes(app, { flows }),
    prepare: flows.resumeDeletions,
    settle: flows.close,
  }
}
