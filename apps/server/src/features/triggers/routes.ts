import { api } from '@piecework/api/index'
import { EVENTS_PER_PAGE } from '@piecework/api/triggers'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { TriggerStatistics } from './statistics.ts'
import type { TriggerTests } from './tests.ts'

interface Parts {
  tests: TriggerTests
  statistics: TriggerStatistics
}

/** Trying out triggers, and how they fare. */
export function triggerRoutes(app: FastifyInstance, { tests, statistics }: Parts): void {
  implement(app, api.triggers.test, async ({ actor, body: { flowId, flowVersionId, testStrategy } }) => {
    if (testStrategy === 'TEST_FUNCTION') return tests.test(actor, flowId, flowVersionId)
    await tests.toggleSimulation(actor, flowId, flowVersionId)
    return tests.list(actor, flowId, { limit: EVENTS_PER_PAGE })
  })

  implement(app, api.triggers.stopTest, ({ actor, body }) => tests.cancelSimulation(actor, body.flowId))

  implement(app, api.triggers.saveEvent, ({ actor, body }) => tests.mock(actor, body.flowId, body.mockData))

  implement(app, api.triggers.listEvents, ({ actor, query }) => tests.list(actor, query.flowId, query))

  implement(app, api.triggers.runStatus, ({ actor }) => statistics.runStatus(actor))
}
