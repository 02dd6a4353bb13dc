import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { personalTokenRoutes } from './routes.ts'
import { createPersonalTokens } from './service.ts'

export const personalTokens = (parts: Pick<Core, 'db' | 'access' | 'events' | 'outbox'>): Plugin => ({
  name: 'personal-tokens',
  routes: (app) => personalTokenRoutes(app, { personalTokens: createPersonalTokens(parts) }),
})
