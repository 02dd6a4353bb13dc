import { FlowRun } from '@piecework/model/run/run'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { projectIn } from '../../http/project-source.ts'
import { route } from '../../http/route.ts'
import type { Flows } from '../flows/service.ts'
import type { SampleData } from './service.ts'
import type { StepTests } from './step-tests.ts'

export function sampleDataRoutes(
  app: FastifyInstance,
  { flows, sampleData, stepTests }: { flows: Flows; sampleData: SampleData; stepTests: StepTests },
): void {
  route(app, {
    method: 'POST',
    url: '/v1/sample-data/test-step',
    summary: 'Run one step over the sample data of the others; its result becomes its sample data',
    principals: ['USER', 'SERVICE'],
    permission: 'WRITE_FLOW',
    project: projectIn('body'),
    schema: {
      body: z.object({ projectId: z.string(), flowVersionId: z.string(), stepName: z.string() }),
      response: FlowRun,
    },
    handler: ({ principal, project, body }) =>
      stepTests.start({
        projectId: project.id,
        platformId: project.platformId,
        userId: principal.type === 'USER' ? principal.id : null,
        flowVersionId: body.flowVersionId,
        stepName: body.stepName,
      }),
  })

  route(app, {
    method: 'GET',
    url: '/v1/sample-data',
    summary: 'Get what a step last took in or gave out; an empty object when nothing is known',
    principals: ['USER', 'SERVICE'],
    permission: 'READ_FLOW',
    project: projectIn('query'),
    schema: {
      query: z.object({
        projectId: z.string(),
        flowId: z.string(),
        flowVersionId: z.string(),
        stepName: z.string(),
        type: z.enum(['INPUT', 'OUTPUT']).default('OUTPUT'),
      }),
    },
    handler: async ({ project, query, reply }) => {
      const { flowId, flowVersionId, stepName, type } = query
      const version = await flows.version(project.id, flowId, flowVersionId)
      const value = (await sampleData.read({ projectId: project.id, version, stepName, type })) ?? {}
      // Fastify sends a string as plain text; here it is a value like any other.
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(value))
    },
  })
}
