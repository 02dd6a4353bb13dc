import { CreateWaitpointRequest } from '@piecework/model/run/waitpoint'
import { z } from 'zod'
import { endpoint, projectOfToken } from './endpoint.ts'

export const waitpoints = {
  create: endpoint({
    method: 'POST',
    path: '/v1/waitpoints',
    operationId: 'waitpoints.create',
    summary: 'Create the waitpoint of a step that is about to pause',
    principals: ['ENGINE'],
    permission: 'NONE',
    project: projectOfToken,
    status: 201,
    body: CreateWaitpointRequest,
    response: z.object({ id: z.string(), resumeUrl: z.string() }),
    errors: ['VALIDATION'],
  }),
}
