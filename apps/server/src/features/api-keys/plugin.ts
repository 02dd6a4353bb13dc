import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { apiKeyRoutes } from './routes.ts'
import { createApiKeys } from './service.ts'

export const apiKeys = (parts: Pick<Core, 'db' | 'events' | 'outbox'>): Plugin => ({
  name: 'api-keys',
  routes: (app) => apiKeyRoutes(app, { apiKeys: createApiKeys(parts) }),
})
