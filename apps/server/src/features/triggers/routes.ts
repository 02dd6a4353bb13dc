import { api } from '@piecework/api/index'
import { EVENTS_PER_PAGE } from '@piecework/api/triggers'
import type { FastifyInstance } from 'fastify'
import type { Db } from '../../database/open.ts'
import type { ProjectAccess } from '../../http/access.ts'
import { implement } from '../../http/implement.ts'
import { triggerRunStatus } from './statistics-store.ts'
import type { TriggerTests } from './tests.ts'

/** Trying out triggers, and how they fare. */
export function triggerRoutes(app: FastifyInstance, { db, tests }: { db: Db; tests: TriggerTests }): void {
  implement(app, api.triggers.test, async ({ project, body: { flowId, flowVersionId, testStrategy } }) => {
    if (testStrategy === 'TEST_FUNCTION') return tests.test(refOf(project), flowId, flowVersionId)
    await tests.toggleSimulation(refOf(project), flowId, flowVersionId)
    return tests.list(refOf(project), flowId, { limit: EVENTS_PER_PAGE })
  })

  implement(app, api.triggers.stopTest, ({ project, body }) => tests.cancelSimulation(refOf(project), body.flowId))

  implement(app, api.triggers.saveEvent, ({ project, body }) => tests.mock(refOf(project), body.flowId, body.mockData))

  implement(app, api.triggers.listEvents, ({ project, query }) => tests.list(refOf(project), query.flowId, query))

  implement(app, api.triggers.runStatus, ({ principal }) => triggerRunStatus(db, principal.platformId))
}

const refOf = (project: ProjectAccess) => ({ projectId: project.id, platformId: project.platformId })
