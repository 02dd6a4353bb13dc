import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { RateLimit } from '../../http/rate-limit.ts'
import { route } from '../../http/route.ts'
import { DisplayName } from '../../http/schemas.ts'
import { AuthenticationResponse, presentSession } from './present.ts'
import type { Authentication } from './service.ts'

// Longer addresses cannot be delivered to.
const Email = z.string().trim().max(254).pipe(z.email('must be an e-mail address'))
const Password = z.string().min(8, 'must have at least 8 characters').max(64, 'must have at most 64 characters')

export interface AuthenticationRoutesOptions {
  authentication: Authentication
  limit: RateLimit | undefined
}

export function authenticationRoutes(
  app: FastifyInstance,
  { authentication, limit }: AuthenticationRoutesOptions,
): void {
  const limited = limit ? { limit } : {}

  route(app, {
    method: 'POST',
    url: '/v1/authentication/sign-up',
    summary: 'Sign up with an e-mail address and a password',
    principals: 'public',
    permission: 'NONE',
    project: null,
    ...limited,
    schema: {
      body: z.object({
        email: Email,
        password: Password,
        firstName: DisplayName,
        lastName: DisplayName,
        trackEvents: z.boolean().default(false),
        newsLetter: z.boolean().default(false),
      }),
      response: AuthenticationResponse,
    },
    handler: async ({ body }) => presentSession(await authentication.signUp(body)),
  })

  route(app, {
    method: 'POST',
    url: '/v1/authentication/sign-in',
    summary: 'Sign in with an e-mail address and a password',
    principals: 'public',
    permission: 'NONE',
    project: null,
    ...limited,
    schema: { body: z.object({ email: z.string(), password: z.string() }), response: AuthenticationResponse },
    handler: async ({ body }) => presentSession(await authentication.signIn(body)),
  })

  route(app, {
    method: 'POST',
    url: '/v1/authentication/switch-platform',
    summary: 'Go to another platform of the same person',
    principals: ['USER'],
    permission: 'NONE',
    project: null,
    ...limited,
    schema: { body: z.object({ platformId: z.string() }), response: AuthenticationResponse },
    handler: async ({ principal, body }) =>
      presentSession(await authentication.switchPlatform(principal.id, body.platformId)),
  })
}
