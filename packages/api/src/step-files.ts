import { z } from 'zod'
import { endpoint, projectOfRow, projectOfToken } from './endpoint.ts'
import { IdParams } from './shapes.ts'

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
  keep: endpoint({
    method: 'POST',
    path: '/v1/flows/:id/files',
    operationId: 'stepFiles.keep',
    summary: 'Store a file for a field of a step (multipart form with file); it stays as long as the project',
    principals: ['USER', 'SERVICE'],
    permission: 'WRITE_FLOW',
    project: projectOfRow('flow'),
    params: IdParams,
    status: 201,
    form: true,
    response: z.object({ url: z.string().describe('The value for the field. Who has it can read the file.') }),
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
    query: z.object({ token: z.string(), name: z.string().optional().describe('For people who read the link.') }),
  }),
}
