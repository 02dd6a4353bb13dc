import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { managedAuthnRoutes } from './routes.ts'
import { createManagedAuthn } from './service.ts'

export const managedAuthn = (parts: Pick<Core, 'db' | 'tokens' | 'outbox' | 'events'>): Plugin => ({
  name: 'managed-authn',
  routes: (app) => managedAuthnRoutes(app, { managedAuthn: createManagedAuthn(parts) }),
})
