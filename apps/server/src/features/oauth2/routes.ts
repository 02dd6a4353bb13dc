import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { route } from '../../http/route.ts'
import type { Catalogue } from '../pieces/catalogue.ts'
import { authorizationUrl } from './authorization-url.ts'

/** Beginning a connection by OAuth2. */
export function oauth2Routes(app: FastifyInstance, { catalogue }: { catalogue: Catalogue }): void {
  route(app, {
    method: 'POST',
    url: '/v1/app-connections/oauth2/authorization-url',
    summary: 'Get the URL at which a user lets a piece in',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    schema: {
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
    },
    handler: async ({ principal, body: { pieceName, pieceVersion, ...body } }) => {
      const { metadata } = await catalogue.get(pieceName, pieceVersion, principal.platformId)
      return authorizationUrl({ ...body, piece: metadata })
    },
  })
}
