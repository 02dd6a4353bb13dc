import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { flowRoutes } from './routes.ts'
import type { Flows } from './service.ts'

export function flows({ flows, events }: { flows: Flows } & Pick<Core, 'events'>): Plugin {
  events.on('TRIGGER_FAILED', ({ projectId, flowId }) => flows.disable(projectId, flowId))
  events.on('TRIGGER_MISSED', ({ projectId, flowId }) => flows.restore(projectId, flowId))
  return {
    name: 'flows',
    routes: (app) => flowRoutes(app, { flows }),
    prepare: flows.resumeDeletions,
    settle: flows.close,
  }
}
