import type { Db } from '../../database/open.ts'
import type { Plugin } from '../plugin.ts'
import { storeEntryRoutes } from './routes.ts'
import { createStoreEntries } from './service.ts'

export const storeEntries = ({ db }: { db: Db }): Plugin => ({
  name: 'store-entries',
  routes: (app) => storeEntryRoutes(app, { storeEntries: createStoreEntries({ db }) }),
})
