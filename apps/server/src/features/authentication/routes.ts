import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { presentSession } from './present.ts'
import type { Authentication } from './service.ts'

// Longer addresses cannot be delivered to.

export interface AuthenticationRoutesOptions {
  authentication: Authentication
}

export function authenticationRoutes(app: FastifyInstance, { authentication }: AuthenticationRoutesOptions): void {
  implement(app, api.authentication.signUp, async ({ body }) => presentSession(await authentication.signUp(body)))

  implement(app, api.authentication.signIn, async ({ body }) => presentSession(await authentication.signIn(body)))

  implement(app, api.authentication.switchPlatform, async ({ actor, body }) =>
    presentSession(await authentication.switchPlatform(actor, body.platformId)),
  )

  implement(app, api.platforms.found, async ({ actor, body }) =>
    presentSession(await authentication.foundPlatform(actor, body.name)),
  )
}
