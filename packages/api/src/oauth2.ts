import { z } from 'zod'
import { endpoint } from './endpoint.ts'

export const oauth2 = {
  authorizationUrl: endpoint({
    method: 'POST',
    path: '/v1/app-connections/oauth2/authorization-url',
    operationId: 'oauth2.authorizationUrl',
    summary: 'Get the URL at which a user authorizes a piece',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    body: z.object({
      pieceName: z.string(),
      pieceVersion: z.string().optional(),
      projectId: z.string().optional(),
      clientId: z.string().min(1),
      redirectUrl: z.string().min(1),
      scopes: z.array(z.string()).optional(),
      props: z.record(z.string(), z.unknown()).optional(),
    }),
    response: z.object({ authorizationUrl: z.string(), codeVerifier: z.string().optional() }),
    errors: ['INVALID_APP_CONNECTION'],
  }),
  redirect: endpoint({
    method: 'GET',
    path: '/redirect',
    operationId: 'oauth2.redirect',
    summary: 'Pass the code of an OAuth2 service, or its refusal, to the page that asked for it',
    principals: 'public',
    permission: 'NONE',
    project: null,
    sends: 'page',
    query: z.object({
      code: z.string().optional(),
      error: z.string().optional(),
      error_description: z.string().optional(),
      state: z.string().optional(),
      iss: z.string().optional(),
    }),
  }),
}
