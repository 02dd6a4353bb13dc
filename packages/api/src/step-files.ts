import { z } from 'zod'
import { endpoint, projectOfToken } from './endpoint.ts'

export const stepFiles = {
  upload: endpoint({
    method: 'POST',
    path: '/v1/step-files',
    operationId: 'stepFiles.upload',
    summary: 'Store a file of a step (multipart form)',
    principals: ['ENGINE'],
    permission: 'NONE',
    project: projectOfToken,
    form: true,
    response: z.object({ url: z.string(), uploadUrl: z.string().optional() }),
  }),
  read: endpoint({
    method: 'GET',
    path: '/v1/step-files/signed',
    operationId: 'stepFiles.read',
    summary: 'Read a file by its link',
    principals: 'public',
    permission: 'NONE',
    project: null,
    sends: 'bytes',
    query: z.object({ token: z.string() }),
  }),
}
