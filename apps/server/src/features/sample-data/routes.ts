import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { SampleData } from '../flows/sample-data.ts'
import type { Flows } from '../flows/service.ts'
import type { StepTests } from './step-tests.ts'

export function sampleDataRoutes(
  app: FastifyInstance,
  { flows, sampleData, stepTests }: { flows: Flows; sampleData: SampleData; stepTests: StepTests },
): void {
  implement(app, api.sampleData.testStep, ({ principal, project, body }) =>
    stepTests.start({
      projectId: project.id,
      platformId: project.platformId,
      userId: principal.type === 'USER' ? principal.id : null,
      flowVersionId: body.flowVersionId,
      stepName: body.stepName,
    }),
  )

  implement(app, api.sampleData.get, async ({ project, query, reply }) => {
    const { flowId, flowVersionId, stepName, type } = query
    const version = await flows.version(project.id, flowId, flowVersionId)
    const value = (await sampleData.read({ projectId: project.id, version, stepName, type })) ?? {}
    // Fastify sends a string as plain text; here it is a value like any other.
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(value))
  })
}
