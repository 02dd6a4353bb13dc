import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { signingKeyRoutes } from './routes.ts'
import { createSigningKeys } from './service.ts'

export const signingKeys = (parts: Pick<Core, 'db' | 'outbox'>): Plugin => ({
  name: 'signing-keys',
  routes: (app) => signingKeyRoutes(app, { signingKeys: createSigningKeys(parts) }),
})
