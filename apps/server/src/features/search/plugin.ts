import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { searchRoutes } from './routes.ts'
import { createSearch } from './service.ts'

export const search = (parts: Pick<Core, 'db' | 'catalogue'>): Plugin => ({
  name: 'search',
  routes: (app) => searchRoutes(app, { search: createSearch(parts) }),
})
