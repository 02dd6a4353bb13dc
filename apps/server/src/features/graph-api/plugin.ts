import { graphEndpoints } from '@piecework/api/graph/index'
import type { Core } from '../../core.ts'
import type { Execution } from '../../execution.ts'
import { GRAPH_PREFIX } from '../../http/envelope.ts'
import { createLocalCounters, createRateLimits } from '../../limits/rate-limits.ts'
import type { AppConnections } from '../app-connections/service.ts'
import type { FlowCode } from '../code/service.ts'
import type { EventDestinations } from '../event-destinations/service.ts'
import type { Flows } from '../flows/service.ts'
import type { Forms } from '../forms/service.ts'
import type { Plugin } from '../plugin.ts'
import { createGraphCallers } from './caller.ts'
import { createCredentials } from './credentials.ts'
import { openDoor } from './door-routes.ts'
import { createExecutions } from './executions.ts'
import { createPlans } from './plans.ts'
import { referenceRoutes } from './reference-routes.ts'
import { graphRoutes } from './routes.ts'
import { createRunWaiters } from './waiting.ts'
import { createGraphWebhooks } from './webhooks.ts'
import { createWorkflows } from './workflows.ts'

interface Parts extends Core, Pick<Execution, 'runs' | 'webhooks' | 'versions'> {
  flows: Flows
  forms: Forms
  code: FlowCode
  appConnections: AppConnections
  /** Receivers of the events of projects. */
  projectWebhooks: EventDestinations
}

/** The graph API: a second door onto the services of flows, runs and connections. */
export function graphApi(parts: Parts): Plugin {
  const { access, counters, db, events, settings, release } = parts
  const waiters = createRunWaiters()
  events.on('RUN_FINISHED', async ({ runId }) => waiters.ended(runId))
  events.on('RUNS_CANCELED', async ({ runs }) => {
    for (const { id } of runs) waiters.ended(id)
  })
  const services = {
    workflows: createWorkflows(parts),
    executions: createExecutions({ ...parts, waiters, maxWaitSeconds: settings.webhookTimeoutSeconds }),
    credentials: createCredentials(parts.appConnections),
    webhooks: createGraphWebhooks(parts.projectWebhooks),
    forms: parts.forms,
    code: parts.code,
  }
  return {
    name: 'graph-api',
    async routes(app) {
      await app.register(
        async (scope) => {
          const door = openDoor(scope, {
            callers: createGraphCallers(access, app.addressOf),
            limits: createRateLimits(counters),
            strangers: createRateLimits(createLocalCounters()),
            planOf: createPlans({ db, fallback: settings.apiDefaultPlan }),
          })
          await referenceRoutes(scope, door, { release })
          graphRoutes(door, services)
          const missing = graphEndpoints.filter((endpoint) => !door.served.has(endpoint))
          if (missing.length > 0)
            throw new Error(`No route serves ${missing.map(({ operationId }) => operationId).join(', ')}`)
        },
        { prefix: GRAPH_PREFIX },
      )
    },
  }
}
