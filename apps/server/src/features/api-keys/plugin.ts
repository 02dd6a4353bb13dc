import type { Db } from '../../database/open.ts'
import type { Plugin } from '../plugin.ts'
import { apiKeyRoutes } from './routes.ts'

export const apiKeys = ({ db }: { db: Db }): Plugin => ({
  name: 'api-keys',
  routes: (app) => apiKeyRoutes(app, { db }),
})
