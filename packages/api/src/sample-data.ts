import { FlowRun } from '@piecework/model/run/run'
import { z } from 'zod'
import { endpoint, projectInBody, projectInQuery } from './endpoint.ts'

export const sampleData = {
  testStep: endpoint({
    method: 'POST',
    path: '/v1/sample-data/test-step',
    operationId: 'sampleData.testStep',
    summary: 'Run one step with the sample data of the others; its result becomes its sample data',
    principals: ['USER', 'SERVICE'],
    permission: 'WRITE_FLOW',
    project: projectInBody,
    body: z.object({ projectId: z.string(), flowVersionId: z.string(), stepName: z.string() }),
    response: FlowRun,
    errors: ['FLOW_OPERATION_INVALID', 'FLOW_VERSION_INVALID'],
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/sample-data',
    operationId: 'sampleData.get',
    summary: 'Get the last input or output of a step; an empty object when there is none',
    principals: ['USER', 'SERVICE'],
    permission: 'READ_FLOW',
    project: projectInQuery,
    query: z.object({
      projectId: z.string(),
      flowId: z.string(),
      flowVersionId: z.string(),
      stepName: z.string(),
      type: z.enum(['INPUT', 'OUTPUT']).default('OUTPUT'),
    }),
    response: z.unknown(),
  }),
}
