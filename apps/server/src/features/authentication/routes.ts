import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import type { OneTimeCodes } from './codes.ts'
import { presentSession } from './present.ts'
import type { Authentication } from './service.ts'

export interface AuthenticationRoutesOptions {
  authentication: Authentication
  oneTimeCodes: OneTimeCodes
}

export function authenticationRoutes(
  app: FastifyInstance,
  { authentication, oneTimeCodes }: AuthenticationRoutesOptions,
): void {
  implement(app, api.authentication.signUp, async ({ body, request }) =>
    presentSession(await authentication.signUp(body, app.clientOf(request))),
  )

  implement(app, api.authentication.signIn, async ({ body, request }) =>
    presentSession(await authentication.signIn(body, app.clientOf(request))),
  )

  implement(app, api.authentication.changePassword, async ({ actor, body, request }) =>
    presentSession(await authentication.changePassword(actor, body, app.clientOf(request))),
  )

  implement(app, api.oneTimeCodes.request, ({ body, request }) =>
    oneTimeCodes.request(body.email, body.type, app.addressOf(request)),
  )

  implement(app, api.oneTimeCodes.verifyEmail, async ({ body, request }) => {
    await oneTimeCodes.verifyEmail(body, app.addressOf(request))
    return {}
  })

  implement(app, api.oneTimeCodes.resetPassword, async ({ body, request }) => {
    await oneTimeCodes.resetPassword(body, app.addressOf(request))
    return {}
  })

  implement(app, api.oneTimeCodes.show, ({ actor, params, body }) => oneTimeCodes.show(actor, params.id, body.type))

  implement(app, api.authentication.switchPlatform, async ({ actor, body, request }) =>
    presentSession(await authentication.switchPlatform(actor, body.platformId, app.clientOf(request))),
  )

  implement(app, api.platforms.found, async ({ actor, body, request }) =>
    presentSession(await authentication.foundPlatform(actor, body.name, app.clientOf(request))),
  )
}
