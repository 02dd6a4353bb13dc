import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import type { SessionMaker } from '../sessions/open.ts'
import { managedAuthnRoutes } from './routes.ts'
import { createManagedAuthn } from './service.ts'

type Parts = Pick<Core, 'db' | 'outbox' | 'events'> & { sessionMaker: SessionMaker }

export const managedAuthn = (parts: Parts): Plugin => ({
  name: 'managed-authn',
  routes: (app) => managedAuthnRoutes(app, { managedAuthn: createManagedAuthn(parts) }),
})
