import type { Core } from '../../core.ts'
import type { Plugin } from '../plugin.ts'
import { folderRoutes } from './routes.ts'
import { createFolders } from './service.ts'

export const folders = ({ db, outbox }: Pick<Core, 'db' | 'outbox'>): Plugin => ({
  name: 'folders',
  routes: (app) => folderRoutes(app, { folders: createFolders({ db, outbox }) }),
})
