import { api } from '@piecework/api/index'
import type { FastifyInstance } from 'fastify'
import { implement } from '../../http/implement.ts'
import { presentSession } from '../authentication/present.ts'
import type { ManagedAuthn } from './service.ts'

export function managedAuthnRoutes(app: FastifyInstance, { managedAuthn }: { managedAuthn: ManagedAuthn }): void {
  implement(app, api.managedAuthn.externalToken, async ({ body, request }) =>
    presentSession(await managedAuthn.signIn(body.externalAccessToken, app.clientOf(request))),
  )
}
